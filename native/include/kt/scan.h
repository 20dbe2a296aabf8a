// SPDX-License-Identifier: Apache-2.0
// The first reading of a model's weights: it brings them into memory, and looks for scales that are
// no numbers, with which every product would be NaN.
#pragma once

#include <atomic>

#include "kt/kernels.h"

namespace kt {

struct ScanArgs {
  Matrix weight;  // as stored
  // Lowered to the first row that has a NaN or an infinity: as a scale, or, where weights are
  // floats, as a weight.
  std::atomic<int64_t>* first_bad;
};

// Reads rows, at least a byte of every page. Item: row. The baseline version serves all: memory is
// slower.
constexpr int64_t kScanGrain = 16;
void scan(const ScanArgs& args, Range rows) noexcept;

}  // namespace kt
