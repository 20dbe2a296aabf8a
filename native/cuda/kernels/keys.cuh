// SPDX-License-Identifier: Apache-2.0
// Values with their ids as whole numbers whose order is that of choices: the larger value first, of
// equal ones the lower id. No two keys are equal, so who comes first is never left open.
#pragma once

#include <stdint.h>

#include "../device.cuh"

namespace kt::cuda {

// In the order of the values, NaN above all: who chooses the largest finds it. Never zero.
__device__ __forceinline__ uint32_t ordered(float value) {
  if (value != value) return 0xffffffffu;
  const uint32_t bits = __float_as_uint(value + 0.0f);  // 0 in place of -0
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ uint64_t make_key(float value, int id) {
  return static_cast<uint64_t>(ordered(value)) << 32 | ~static_cast<uint32_t>(id);
}

// A key that comes after all others; different ids give different ones.
__device__ __forceinline__ uint64_t last_key(int id) { return ~static_cast<uint32_t>(id); }

__device__ __forceinline__ int id_of(uint64_t key) {
  return static_cast<int>(~static_cast<uint32_t>(key));
}

__device__ __forceinline__ float value_of(uint64_t key) {
  const uint32_t bits = static_cast<uint32_t>(key >> 32);
  return __uint_as_float(bits >> 31 ? bits & 0x7fffffffu : ~bits);
}

// How many of the keys come before `mine`: its place in their order, if it is one of them.
__device__ __forceinline__ int place_among(const uint64_t* keys, int count, uint64_t mine) {
  int before = 0;
#pragma unroll 8
  for (int i = 0; i < count; ++i) before += keys[i] > mine;
  return before;
}

}  // namespace kt::cuda
