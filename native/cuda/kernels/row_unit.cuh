// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../device.cuh"

namespace kt::cuda {

// The unit of a row: the largest scale that was met, rounded to a power of two, as long as others
// are not too far from it.
class RowUnit {
 public:
  __device__ __forceinline__ float inverse() const { return inverse_; }
  __device__ __forceinline__ float value() const { return power(2 * kBias - exponent(inverse_)); }
  __device__ __forceinline__ bool fits(float largest) const {
    const float scaled = largest * inverse_;
    return largest == 0 || (scaled >= 0x1p-7f && scaled <= 0x1p14f);
  }
  // Makes the largest scale fit, and those that are not too small beside it. Returns what sums in
  // the old unit are to be multiplied by.
  __device__ __forceinline__ float follow(float largest) {
    if (largest == 0) return 1;
    const float old = value();
    inverse_ = power(2 * kBias + 13 - max(kBias - 60, min(exponent(largest), kBias + 60)));
    return old * inverse_;
  }

 private:
  static constexpr int kBias = 127;
  __device__ __forceinline__ static int exponent(float x) {
    return static_cast<int>(__float_as_uint(x) >> 23 & 255);
  }
  __device__ __forceinline__ static float power(int exponent) {
    return __uint_as_float(static_cast<uint32_t>(exponent) << 23);
  }

  float inverse_ = 64;  // a guess
};

}  // namespace kt::cuda
