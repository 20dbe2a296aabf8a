// SPDX-License-Identifier: Apache-2.0
// Rows of floats, four at a time: with one access where they lie on 16 bytes, one by one where not.
// Which elements a thread gets does not depend on that, so neither do sums over them.
#pragma once

#include <stdint.h>

#include "../device.cuh"

namespace kt::cuda {

constexpr int kQuad = 4;

// Whether the quad from element i on is all within the row, and can be reached at once.
template <class Index>
__device__ __forceinline__ bool is_whole(const float* row, Index i, Index width) {
  return reinterpret_cast<uintptr_t>(row) % sizeof(float4) == 0 && i + kQuad <= width;
}

// Elements i to i + 3 of a row, i a multiple of 4; zeros beyond its end.
template <class Index>
__device__ __forceinline__ float4 load_quad(const float* row, Index i, Index width) {
  if (is_whole(row, i, width)) return *reinterpret_cast<const float4*>(row + i);
  return make_float4(i < width ? row[i] : 0, i + 1 < width ? row[i + 1] : 0,
                     i + 2 < width ? row[i + 2] : 0, i + 3 < width ? row[i + 3] : 0);
}

template <class Index>
__device__ __forceinline__ void store_quad(float* row, Index i, Index width, const float4& values) {
  if (is_whole(row, i, width)) {
    *reinterpret_cast<float4*>(row + i) = values;
    return;
  }
  if (i < width) row[i] = values.x;
  if (i + 1 < width) row[i + 1] = values.y;
  if (i + 2 < width) row[i + 2] = values.z;
  if (i + 3 < width) row[i + 3] = values.w;
}

}  // namespace kt::cuda
