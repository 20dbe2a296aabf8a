// SPDX-License-Identifier: Apache-2.0
// What is done with experts on their way: rows as they are in the file again, and sums of tokens.
#include "streamed.h"

#include <algorithm>

#include "arrays.h"
#include "check.h"
#include "samples.h"

using namespace kt;
using namespace kt::test;

namespace {

void test_rows_are_those_of_the_file(const TypeInfo& type, int64_t rows, int columns) {
  const int64_t stored_bytes = columns / type.block * type.bytes;
  Random random;
  std::vector<uint8_t> stored(rows * stored_bytes);
  for (uint8_t& byte : stored) byte = static_cast<uint8_t>(random.bits());
  std::vector<uint8_t> interleaved(rows * interleaved_row_bytes(type.type, columns));
  const Matrix source{stored.data(), stored_bytes, columns, type.type, Layout::kStored};
  kernels().interleave({source, interleaved.data()}, {0, rows / kPanelRows});

  const Array<uint8_t> home(interleaved), out(stored.size());
  cuda::Stream stream;
  const Matrix matrix{home.data(), interleaved_row_bytes(type.type, columns), columns, type.type,
                      Layout::kInterleaved};
  cuda::deinterleave(stream, {matrix, out.data(), rows});
  stream.synchronize();
  check(out.read() == stored, std::string(type.name) + " of " + std::to_string(columns));
}

void test_sums_of_tokens() {
  constexpr int kWidth = 300;
  const std::vector<int32_t> rows{4, 0, 2};
  std::vector<float> x(rows.size() * kWidth), sums(6 * kWidth);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i + 1);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = 0.5f * static_cast<float>(i % 7);
  std::vector<float> expected = sums;
  for (std::size_t i = 0; i < x.size(); ++i) {
    expected[static_cast<std::size_t>(rows[i / kWidth]) * kWidth + i % kWidth] += x[i];
  }
  const Array<float> from(x), out(sums);
  const Array<int32_t> to(rows);
  cuda::Stream stream;
  cuda::add_rows(stream, {from.data(), to.data(), out.data(), 3, kWidth});
  cuda::add_rows(stream, {from.data(), to.data(), out.data(), 0, kWidth});
  stream.synchronize();
  check(out.read() == expected, "sums of tokens");
}

}  // namespace

int main() {
  for (const TypeInfo& type : kTypes) {
    if (!interleaved_row_bytes(type.type, 256)) continue;
    test_rows_are_those_of_the_file(type, 16, type.block);
    test_rows_are_those_of_the_file(type, 48, type.block == 32 ? 1184 : 2304);
  }
  test_sums_of_tokens();
  return result();
}
