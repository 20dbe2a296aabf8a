// SPDX-License-Identifier: Apache-2.0
// What becomes of the sums of a pair of rows.
#pragma once

#include "activate.cuh"
#include "rows.h"
#include "rows_walk.cuh"

namespace kt::cuda {

__device__ inline float with_bias(const float* bias, const RowProduct& a, int matrix, int row,
                                  float value) {
  return bias ? value + bias[int64_t{matrix} * a.outputs + row] : value;
}

// One of two outputs of a token, or of a pair of the plan.
__device__ inline void finish_row(const RowProduct& a, const Tile& tile, int row, int place,
                                  float value) {
  if (row >= a.outputs) return;
  value = with_bias(a.bias[0], a, tile.matrix, row, value);
  if (a.then == Then::kAdd) {
    const int pair = a.plan[a.experts + 1 + place];
    float* out = a.out + pair / a.pairs_per_token * a.out_token + row;
    *out = fmaf(a.weights[pair], value, *out);
    return;
  }
  const int64_t matrix = a.plan ? 0 : tile.matrix;
  float* out = a.out + place * a.out_token + matrix * a.out_matrix + row;
  *out = a.then == Then::kUp ? activate(a.activation, *out, value) : value;
}

__device__ inline void finish(const RowProduct& a, const Tile& tile, int pair, int token,
                              const float (&sums)[2]) {
  const int place = tile.first + token;
  if (a.then == Then::kActivate) {
    const float gate = with_bias(a.bias[0], a, tile.matrix, pair, sums[0]);
    const float up = with_bias(a.bias[1], a, tile.matrix, pair, sums[1]);
    a.out[place * a.out_token + pair] = activate(a.activation, gate, up);
    return;
  }
  finish_row(a, tile, 2 * pair, place, sums[0]);
  finish_row(a, tile, 2 * pair + 1, place, sums[1]);
}

}  // namespace kt::cuda
