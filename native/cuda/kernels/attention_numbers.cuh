// SPDX-License-Identifier: Apache-2.0
// The numbers of sixteen bits that attention multiplies on tensor cores.
#pragma once

#include "../device.cuh"

namespace kt::cuda {

// For rows of any other kind than float16: what is not bfloat16 is rounded to it.
struct Bf16Numbers {
  static constexpr bool kConverts = true;
  __device__ __forceinline__ static uint32_t pack(float low, float high) {
    return pack_bf16(low, high);
  }
  // Of two weights that were packed, so that sums are divided by what they were multiplied with.
  __device__ __forceinline__ static float sum(float, float, uint32_t both) {
    return __uint_as_float(both << 16) + __uint_as_float(both & 0xffff0000u);
  }
  __device__ __forceinline__ static void mma(float (&d)[4], const uint32_t (&a)[4],
                                             const uint32_t (&b)[2]) {
    mma_bf16(d, a, b);
  }
};

// For rows of float16, which are taken as they are. What queries have above 65504 becomes infinite,
// and results NaN, which is seen: the rows could not hold such keys either.
struct HalfNumbers {
  static constexpr bool kConverts = false;
  __device__ __forceinline__ static uint32_t pack(float low, float high) {
    return pack_half(low, high);
  }
  // They are rounded by 2^-12 at most, which is nothing to a sum.
  __device__ __forceinline__ static float sum(float low, float high, uint32_t) {
    return low + high;
  }
  __device__ __forceinline__ static void mma(float (&d)[4], const uint32_t (&a)[4],
                                             const uint32_t (&b)[2]) {
    mma_half(d, a, b);
  }
};

}  // namespace kt::cuda
