// SPDX-License-Identifier: Apache-2.0
// Values of a cache's rows, one or eight at a time, whatever the cache is made of.
#pragma once

#include "../device.cuh"
#include "kt/kernels.h"

namespace kt::cuda {

constexpr int kQ8Bytes = 34;  // of a block: its scale as a half, then kBlock int8

// Rows may begin at any byte where blocks do.
__device__ __forceinline__ uint16_t bytes_to_half(const uint8_t* at) {
  return static_cast<uint16_t>(at[0] | at[1] << 8);
}

template <CacheType kType>
__device__ __forceinline__ float cache_value(const uint8_t* row, int column) {
  if constexpr (kType == CacheType::kF32) {
    return reinterpret_cast<const float*>(row)[column];
  } else if constexpr (kType == CacheType::kF16) {
    return half_to_float(reinterpret_cast<const uint16_t*>(row)[column]);
  } else if constexpr (kType == CacheType::kBf16) {
    return to_float(reinterpret_cast<const Bf16*>(row)[column]);
  } else {
    const uint8_t* block = row + column / kBlock * kQ8Bytes;
    const int q = reinterpret_cast<const int8_t*>(block)[2 + column % kBlock];
    return half_to_float(bytes_to_half(block)) * static_cast<float>(q);
  }
}

// Eight values from a column on that is a multiple of eight, as bfloat16; zeros after the row's
// end.
template <CacheType kType>
__device__ __forceinline__ uint4 eight_values(const uint8_t* row, int column, int size) {
  float x[8];
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    x[i] = column + i < size ? cache_value<kType>(row, column + i) : 0.0f;
  }
  return {pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]),
          pack_bf16(x[6], x[7])};
}

// The same where the row begins at a multiple of 16 bytes, and its size is one of eight.
__device__ __forceinline__ uint4 eight_floats(const uint8_t* row, int column) {
  const float4* from = reinterpret_cast<const float4*>(row) + column / 4;
  const float4 x = from[0], y = from[1];
  return {pack_bf16(x.x, x.y), pack_bf16(x.z, x.w), pack_bf16(y.x, y.y), pack_bf16(y.z, y.w)};
}

// The same where the row begins at a multiple of 2 bytes.
__device__ __forceinline__ uint4 eight_of_block(const uint8_t* row, int column) {
  const uint16_t* block = reinterpret_cast<const uint16_t*>(row + column / kBlock * kQ8Bytes);
  const uint16_t* pairs = block + 1 + column % kBlock / 2;
  const float step = half_to_float(block[0]);
  uint32_t out[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    out[i] = pack_bf16(step * static_cast<float>(static_cast<int8_t>(pairs[i] & 0xff)),
                       step * static_cast<float>(static_cast<int8_t>(pairs[i] >> 8)));
  }
  return {out[0], out[1], out[2], out[3]};
}

// Eight float16 as they are, from any column on; zeros after the row's end.
__device__ __forceinline__ uint4 eight_halves(const uint8_t* row, int column, int size) {
  const auto* const from = reinterpret_cast<const uint16_t*>(row);
  uint32_t out[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const int at = column + 2 * i;
    const uint32_t low = at < size ? from[at] : 0, high = at + 1 < size ? from[at + 1] : 0;
    out[i] = high << 16 | low;
  }
  return {out[0], out[1], out[2], out[3]};
}

}  // namespace kt::cuda
