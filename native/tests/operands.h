// SPDX-License-Identifier: Apache-2.0
// Random operands of products: weights of a type, and activations in the form that they meet.
#pragma once

#include <cstring>

#include "kt/kernels.h"
#include "samples.h"

namespace kt::test {

constexpr int kRowGap = 16;  // bytes between rows of weights and activations

// Weights, and activations in the form that they meet.
struct Operands {
  TypeInfo type;
  int columns;
  int64_t row_bytes, token_bytes;
  Padded<uint8_t> weight, x;

  Operands(const TypeInfo& t, int64_t rows, int64_t tokens, int width, Random& random)
      : type(t),
        columns(width),
        row_bytes(width / t.block * t.bytes + kRowGap),
        token_bytes((is_float(t) ? width * sizeof(float) : kt::q8_row_bytes(width)) + kRowGap),
        weight(rows * row_bytes),
        x(tokens * token_bytes) {
    for (int64_t r = 0; r < rows; ++r) fill_row(t, weight.data() + r * row_bytes, width, random);
    for (int64_t n = 0; n < tokens; ++n) fill_token(x.data() + n * token_bytes, random);
  }

  void fill_token(uint8_t* row, Random& random) const {
    if (!is_float(type)) return fill_q8(row, columns, random);
    for (int i = 0; i < columns; ++i) {
      const float value = random.normal();
      std::memcpy(row + i * sizeof value, &value, sizeof value);
    }
  }
  kt::Matrix matrix() const {
    return {weight.data(), row_bytes, columns, type.type, kt::Layout::kStored};
  }
  kt::Activations activations(int64_t groups) const {
    return {x.data(), token_bytes * groups, token_bytes,
            is_float(type) ? kt::Form::kFloat : kt::Form::kQ8};
  }
};

}  // namespace kt::test
