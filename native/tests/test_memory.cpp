// SPDX-License-Identifier: Apache-2.0
// Memory for weights, and rows placed on nodes, without Python.
#include "kt/memory.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>

#include "check.h"
#include "kt/placement.h"

namespace {

using kt::test::check;

bool all(const uint8_t* data, int64_t size, uint8_t value) {
  return std::all_of(data, data + size, [value](uint8_t byte) { return byte == value; });
}

void test_sizes() {
  constexpr auto kHuge = static_cast<int64_t>(kt::kHugePage);
  for (const int64_t size : {int64_t{1}, int64_t{4096}, kHuge - 1, kHuge, 2 * kHuge + 3}) {
    const kt::Memory memory(size);
    check(reinterpret_cast<std::uintptr_t>(memory.data()) % kt::kHugePage == 0, "at a boundary");
    check(all(memory.data(), size, 0), std::to_string(size) + " bytes are zero at first");
    std::fill_n(memory.data(), size, uint8_t{7});
    check(all(memory.data(), size, 7), "and can be written");
  }
}

void test_refusals() {
  check(kt::test::raises<std::invalid_argument>([] { kt::Memory memory(0); }), "no bytes");
  check(kt::test::raises<std::bad_alloc>([] { kt::Memory memory(int64_t{1} << 60); }),
        "more than there can be");
}

// Placing writes zeros to the rows' pages, and to nothing beside them.
void test_placed_rows() {
  constexpr int64_t kMatrices = 3, kRows = 50, kRowBytes = 1000, kBefore = 100;
  kt::ThreadPool pool({{900, 0}, {901, 0}, {902, 1}});
  const kt::Memory memory(kMatrices * kRows * kRowBytes + 2 * kBefore);
  uint8_t* const rows = memory.data() + kBefore;
  uint8_t* const after = rows + kMatrices * kRows * kRowBytes;
  std::fill_n(memory.data(), kBefore, uint8_t{9});
  std::fill_n(after, kBefore, uint8_t{9});
  kt::place_rows(pool, rows, kMatrices, kRows, kRowBytes);
  check(all(rows, after - rows, 0), "placed rows are zero");
  check(all(memory.data(), kBefore, 9) && all(after, kBefore, 9), "their neighbours stay");
}

void test_wishes() {
  kt::grants_huge_pages();
  const kt::Memory memory(10'000);
  memory.data()[0] = 5;
  kt::fetch_soon(memory.data() + 1, 9'999);
  kt::use_plain_pages(memory.data() + 1, 9'999);
  kt::use_plain_pages(memory.data() + 1, 1);
  check(memory.data()[0] == 5, "wishes change nothing");
}

}  // namespace

int main() {
  test_sizes();
  test_refusals();
  test_placed_rows();
  test_wishes();
  return kt::test::result();
}
