// SPDX-License-Identifier: Apache-2.0
// The scan of weights: it reads to the last byte and no further, on all threads, and finds the
// first row that is not of finite numbers, in every type.
#include "kt/scan.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <string>

#include "check.h"
#include "kt/stream.h"
#include "samples.h"

namespace {

using namespace kt::test;

constexpr int kRows = 200, kColumns = 512;

int64_t first_bad(kt::Stream& stream, const TypeInfo& t, const uint8_t* rows) {
  std::atomic<int64_t> found{kRows};
  const kt::Matrix matrix{rows, kColumns / t.block * t.bytes, kColumns, t.type,
                          kt::Layout::kStored};
  stream.launch(kt::scan, kt::ScanArgs{matrix, &found}, kRows, kt::kScanGrain);
  return found;
}

// Bits of one in a whole row are a NaN in every type.
void test_type(kt::Stream& stream, const TypeInfo& t) {
  Random random;
  const int64_t row_bytes = kColumns / t.block * t.bytes;
  const auto rows = std::make_unique<uint8_t[]>(kRows * row_bytes);
  for (int r = 0; r < kRows; ++r) fill_row(t, rows.get() + r * row_bytes, kColumns, random);
  check(first_bad(stream, t, rows.get()) == kRows, std::string(t.name) + ": finite rows pass");
  for (const int bad : {kRows - 1, 150, 17}) {
    std::memset(rows.get() + bad * row_bytes, 0xff, row_bytes);
    check(first_bad(stream, t, rows.get()) == bad,
          std::string(t.name) + ": row " + std::to_string(bad) + " is found");
  }
}

}  // namespace

int main() {
  kt::ThreadPool pool(4);
  kt::Stream stream(pool);
  for (const TypeInfo& t : kTypes) test_type(stream, t);
  return result();
}
