// SPDX-License-Identifier: Apache-2.0
// Rows of floats, four at a time: with one access where they lie on 16 bytes, one by one where not.
// Which elements a thread gets does not depend on that, so neither do sums over them.
#pragma once

#include <stdint.h>

#include "../device.cuh"

namespace kt::cuda {

constexpr int kQuad = 4;

__device__ __forceinline__ bool is_whole(const float* quad, int64_t left) {
  return left >= kQuad && reinterpret_cast<uintptr_t>(quad) % sizeof(float4) == 0;
}

// Four floats, of which `left` are the row's; zeros for the others.
__device__ __forceinline__ float4 load_quad(const float* quad, int64_t left) {
  if (is_whole(quad, left)) return *reinterpret_cast<const float4*>(quad);
  return make_float4(left > 0 ? quad[0] : 0, left > 1 ? quad[1] : 0, left > 2 ? quad[2] : 0,
                     left > 3 ? quad[3] : 0);
}

__device__ __forceinline__ void store_quad(float* quad, int64_t left, const float4& values) {
  if (is_whole(quad, left)) {
    *reinterpret_cast<float4*>(quad) = values;
    return;
  }
  if (left > 0) quad[0] = values.x;
  if (left > 1) quad[1] = values.y;
  if (left > 2) quad[2] = values.z;
  if (left > 3) quad[3] = values.w;
}

}  // namespace kt::cuda
