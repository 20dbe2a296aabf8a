// SPDX-License-Identifier: Apache-2.0
// Random matrices as they are at home in memory, and activations in the form that meets them.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>

#include "kt/memory.h"
#include "kt/stream.h"
#include "samples.h"

namespace kt::test {

inline const TypeInfo& type_named(const std::string& name) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [&](const TypeInfo& type) { return name == type.name; });
}

// Several matrices with the same weights, rows interleaved, one after another, in memory such as
// models have.
struct InterleavedMatrices {
  int count;
  int64_t rows;
  Memory data;
  Matrix matrix;

  InterleavedMatrices(const TypeInfo& t, int matrices, int64_t rows_of_each, int columns)
      : count(matrices),
        rows(rows_of_each),
        data(matrices * rows_of_each * interleaved_row_bytes(t.type, columns)) {
    const int64_t stored_bytes = columns / t.block * t.bytes;
    Random random;
    Padded<uint8_t> stored(rows * stored_bytes);
    for (int64_t r = 0; r < rows; ++r) {
      fill_row(t, stored.data() + r * stored_bytes, columns, random);
    }
    const int64_t row_bytes = interleaved_row_bytes(t.type, columns);
    matrix = {data.data(), row_bytes, columns, t.type, Layout::kInterleaved};
    const Matrix source{stored.data(), stored_bytes, columns, t.type, Layout::kStored};
    kernels().interleave({source, data.data()}, {0, rows / kPanelRows});
    for (int i = 1; i < count; ++i) {
      std::memcpy(data.data() + i * size_of_one(), data.data(), size_of_one());
    }
  }

  int64_t size_of_one() const { return rows * matrix.row_bytes; }
  Matrix at(int number) const {
    Matrix one = matrix;
    one.data += number * size_of_one();
    return one;
  }
};

// As ktdesk/kernels/activations.py chooses, for so many tokens of each matrix.
inline Form best_form(const KernelTable& table, const TypeInfo& t, int64_t tokens) {
  constexpr int kLeastTileTokens = 12;
  const bool is_precise = t.type == WeightType::kF32 || t.type == WeightType::kF16;
  if (table.has_tiles && tokens >= kLeastTileTokens && !is_precise) return Form::kBf16;
  return is_float(t) ? Form::kFloat : Form::kQ8;
}
inline int64_t activation_bytes(Form form, int columns) {
  constexpr int kGap = 64;  // so that rows do not share their places in a cache
  switch (form) {
    case Form::kFloat: return columns * static_cast<int64_t>(sizeof(float));
    case Form::kBf16: return columns * static_cast<int64_t>(sizeof(uint16_t)) + kGap;
    default: return q8_row_bytes(columns);
  }
}

}  // namespace kt::test
