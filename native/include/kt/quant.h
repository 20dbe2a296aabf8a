// SPDX-License-Identifier: Apache-2.0
// Blocks of the weight types, as GGUF files hold them, and the form of int8 activations.
//
// Included by the files of every instruction set: no C++ library header here.
#pragma once

#include <stdint.h>

namespace kt {

// Numbers are GGML's.
enum class WeightType : int {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ6_K = 14,
  kBF16 = 30,
};

using Half = uint16_t;

// w = d * (q - 8); element i is the low nibble of byte i, element i + 16 the high one.
struct BlockQ4_0 {
  Half d;
  uint8_t q[16];
};
static_assert(sizeof(BlockQ4_0) == 18);

// w = d * q + m
struct BlockQ4_1 {
  Half d;
  Half m;
  uint8_t q[16];
};
static_assert(sizeof(BlockQ4_1) == 20);

// w = d * q
struct BlockQ8_0 {
  Half d;
  int8_t q[32];
};
static_assert(sizeof(BlockQ8_0) == 34);

// 256 weights in eight parts j of 32: w = d * scale[j] * q - dmin * min[j]; scales and mins of six
// bits are packed into 12 bytes; two parts share 32 bytes, the even one in the low nibbles.
struct BlockQ4_K {
  Half d;
  Half dmin;
  uint8_t scales[12];
  uint8_t q[128];
};
static_assert(sizeof(BlockQ4_K) == 144);

// 256 weights: w = d * scale[i / 16] * (q - 32), the low four bits of q in `low`, the rest in
// `high`.
struct BlockQ6_K {
  uint8_t low[128];
  uint8_t high[64];
  int8_t scales[16];
  Half d;
};
static_assert(sizeof(BlockQ6_K) == 210);

// Activations as int8 in blocks of 32, x = d * q: first the q of a row, then a scale d for each
// block, then d times the sum of the block's q, which weights with an offset need.
constexpr int kBlock = 32;
constexpr int64_t q8_row_bytes(int64_t columns) {
  return columns + columns / kBlock * 2 * static_cast<int64_t>(sizeof(float));
}

}  // namespace kt
