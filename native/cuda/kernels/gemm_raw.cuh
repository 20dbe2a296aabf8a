// SPDX-License-Identifier: Apache-2.0
// Granules of the types that most models consist of: bytes stay as they are until they are used.
#pragma once

#include "gemm_weights.cuh"

namespace kt::cuda {

// Q4_K, or with a fifth bit Q5_K: two parts of 32 weights share 32 bytes.
template <class Block, bool kHasFifth>
class PartPairGranule {
 public:
  __device__ __forceinline__ void load(const Block& block, int n) {
    number_ = n;
    head_ = *reinterpret_cast<const uint4*>(&block);
    low_ = *reinterpret_cast<const uint4*>(block.q + n / 4 * 32 + n % 2 * 16);
    if constexpr (kHasFifth) high_ = *reinterpret_cast<const uint4*>(block.high + n % 2 * 16);
  }

  __device__ __forceinline__ uint32_t codes(int k) const {
    const uint32_t low[4] = {low_.x, low_.y, low_.z, low_.w};
    const uint32_t nibbles = low[k] >> (n() / 2 % 2 * 4);
    if constexpr (!kHasFifth) return nibbles;
    const uint32_t high[4] = {high_.x, high_.y, high_.z, high_.w};
    return (nibbles & 0x0f0f0f0fu) | (high[k] >> (n() / 2) & 0x01010101u) << 4;
  }

  // Scales and lows of six bits (decode_large.cuh).
  __device__ __forceinline__ Scale scale() const {
    const int part = n() / 2, shift = 8 * (part & 3);
    const uint32_t a = head_.y >> shift, b = head_.z >> shift, c = head_.w >> shift;
    const bool is_upper = part >= 4;
    const uint32_t scale = is_upper ? (c & 15) | (a >> 2 & 48) : a & 63;
    const uint32_t low = is_upper ? (c >> 4 & 15) | (b >> 2 & 48) : b & 63;
    const float d = half_to_float(static_cast<Half>(head_.x));
    const float dmin = half_to_float(static_cast<Half>(head_.x >> 16));
    return {product(d, static_cast<int>(scale)), -product(dmin, static_cast<int>(low))};
  }

 private:
  __device__ __forceinline__ int n() const { return number_; }

  uint4 head_, low_, high_ = {};
  int number_;
};

template <>
class Granule<BlockQ4_K> : public PartPairGranule<BlockQ4_K, false> {};
template <>
class Granule<BlockQ5_K> : public PartPairGranule<BlockQ5_K, true> {};

}  // namespace kt::cuda
