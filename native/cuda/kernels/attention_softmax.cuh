// SPDX-License-Identifier: Apache-2.0
// The online softmax of sixteen queries in a warp, and what becomes of sums in registers.
//
// A product lies as mma leaves it: of each tile of eight columns, a lane has two neighbouring ones
// of query `lane / 4`, then of the query eight further; four lanes have a query.
#pragma once

#include "attention_numbers.cuh"
#include "attention_rows.cuh"

namespace kt::cuda {

constexpr float kSlack = 8;  // the largest score may grow so much before sums are scaled

__device__ __forceinline__ float quad_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}
__device__ __forceinline__ float quad_sum(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

template <class Numbers, int kTiles>
struct Softmax {
  Rows rows[2];             // that each of the lane's queries sees
  float most[2], total[2];  // largest score, and the lane's part of the sum of weights

  // Rows from `first` on that are not seen get no weight.
  __device__ __forceinline__ void hide(int first, int lane, float (&scores)[kTiles][4]) const {
#pragma unroll
    for (int tile = 0; tile < kTiles; ++tile) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int row = first + tile * 8 + lane % 4 * 2 + i % 2;
        const Rows seen = rows[i / 2];
        if (row < seen.begin || row >= seen.end) scores[tile][i] = -INFINITY;
      }
    }
  }

  // Scores to weights, as the left factor of a product. Returns whether the factors, that sums so
  // far must be scaled by, are not all one.
  __device__ __forceinline__ bool weigh(const float (&scores)[kTiles][4],
                                        uint32_t (&weights)[kTiles / 2][4], float (&factors)[2]) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float largest = kLowest;
#pragma unroll
      for (int tile = 0; tile < kTiles; ++tile) {
        largest = fmaxf(largest, fmaxf(scores[tile][2 * half], scores[tile][2 * half + 1]));
      }
      largest = quad_max(largest);
      const float now = largest > most[half] + kSlack ? largest : most[half];
      factors[half] = exponential(most[half] - now);
      most[half] = now;
      total[half] *= factors[half];
#pragma unroll
      for (int tile = 0; tile < kTiles; ++tile) {
        const float low = exponential(scores[tile][2 * half] - now);
        const float high = exponential(scores[tile][2 * half + 1] - now);
        const uint32_t both = Numbers::pack(low, high);
        total[half] += Numbers::sum(low, high, both);
        weights[tile / 2][half + tile % 2 * 2] = both;
      }
    }
    return __any_sync(0xffffffffu, factors[0] != 1 || factors[1] != 1);
  }
};

template <int kTiles>
__device__ __forceinline__ void scale_sums(float (&sums)[kTiles][4], const float (&factors)[2]) {
#pragma unroll
  for (int tile = 0; tile < kTiles; ++tile) {
#pragma unroll
    for (int i = 0; i < 4; ++i) sums[tile][i] *= factors[i / 2];
  }
}

// Two neighbouring columns of a row of that size, from an even one on.
__device__ __forceinline__ void store_both(float* row, int column, int size, float first,
                                           float second) {
  float* const at = row + column;
  if (column + 1 < size && reinterpret_cast<uintptr_t>(at) % sizeof(float2) == 0) {
    *reinterpret_cast<float2*>(at) = {first, second};
    return;
  }
  if (column < size) at[0] = first;
  if (column + 1 < size) at[1] = second;
}

}  // namespace kt::cuda
