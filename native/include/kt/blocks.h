// SPDX-License-Identifier: Apache-2.0
// Blocks of the weight types, as GGUF files hold most of them. Included by kt/quant.h.
//
// Blocks of 256 have eight parts j of 32 weights. What is stored in fewer than eight bits is packed
// from the low bits up. isa/decode*.inl say what the values are.
#pragma once

#include <stdint.h>

namespace kt {

using Half = uint16_t;

// --- Blocks of 32: element i is the low nibble of byte i, element i + 16 the high one. ---

// w = d * (q - 8)
struct BlockQ4_0 {
  static constexpr int kWeights = 32;
  Half d;
  uint8_t q[16];
};
static_assert(sizeof(BlockQ4_0) == 18);

// w = d * q + m
struct BlockQ4_1 {
  static constexpr int kWeights = 32;
  Half d;
  Half m;
  uint8_t q[16];
};
static_assert(sizeof(BlockQ4_1) == 20);

// w = d * (q - 16); bit i of `high` is the fifth of element i.
struct BlockQ5_0 {
  static constexpr int kWeights = 32;
  Half d;
  uint8_t high[4];
  uint8_t q[16];
};
static_assert(sizeof(BlockQ5_0) == 22);

// w = d * q + m, with the bits of Q5_0
struct BlockQ5_1 {
  static constexpr int kWeights = 32;
  Half d;
  Half m;
  uint8_t high[4];
  uint8_t q[16];
};
static_assert(sizeof(BlockQ5_1) == 24);

// w = d * q
struct BlockQ8_0 {
  static constexpr int kWeights = 32;
  Half d;
  int8_t q[32];
};
static_assert(sizeof(BlockQ8_0) == 34);

// w = d * table[q], sixteen values that lie closer together near zero
struct BlockIQ4_NL {
  static constexpr int kWeights = 32;
  Half d;
  uint8_t q[16];
};
static_assert(sizeof(BlockIQ4_NL) == 18);

// w = 2^(e - 127) times a float of four bits q
struct BlockMXFP4 {
  static constexpr int kWeights = 32;
  uint8_t e;
  uint8_t q[16];
};
static_assert(sizeof(BlockMXFP4) == 17);

// 64 weights in four groups of 16: w = d times a float of four bits q; d is a float with four bits
// of exponent and three of mantissa. Element i of a group is the low nibble of its byte i, element
// i + 8 the high one.
struct BlockNVFP4 {
  static constexpr int kWeights = 64;
  uint8_t d[4];
  uint8_t q[32];
};
static_assert(sizeof(BlockNVFP4) == 36);

// --- Groups with a zero of their own, as GPTQ and AWQ have them. No file has these blocks. ---

// w = d * (q - zero), zero in 0..16; parts of 32 have 16 bytes each, as in Q4_0.
template <int kGroup>
struct BlockQ4Group {
  static constexpr int kWeights = kGroup;
  Half d;
  uint8_t zero;
  uint8_t unused;  // keeps the address of all codes a multiple of four
  uint8_t q[kGroup / 2];
};
using BlockQ4_G32 = BlockQ4Group<32>;
using BlockQ4_G64 = BlockQ4Group<64>;
using BlockQ4_G128 = BlockQ4Group<128>;
static_assert(sizeof(BlockQ4_G32) == 20);
static_assert(sizeof(BlockQ4_G64) == 36);
static_assert(sizeof(BlockQ4_G128) == 68);

// --- Blocks of 256 with two levels of scales ---

// w = d * scale * q - dmin * min for each 16 weights; scale and min are nibbles of one byte. Four
// parts share 32 bytes.
struct BlockQ2_K {
  static constexpr int kWeights = 256;
  uint8_t scales[16];
  uint8_t q[64];
  Half d;
  Half dmin;
};
static_assert(sizeof(BlockQ2_K) == 84);

// w = d * (scale - 32) * (q - 4) for each 16 weights, the low two bits of q in `low`, as in Q2_K;
// bit j of `high` is the third of part j. Scales of six bits are packed into 12 bytes.
struct BlockQ3_K {
  static constexpr int kWeights = 256;
  uint8_t high[32];
  uint8_t low[64];
  uint8_t scales[12];
  Half d;
};
static_assert(sizeof(BlockQ3_K) == 110);

// w = d * scale[j] * q - dmin * min[j]; scales and mins of six bits are packed into 12 bytes; two
// parts share 32 bytes, the even one in the low nibbles.
struct BlockQ4_K {
  static constexpr int kWeights = 256;
  Half d;
  Half dmin;
  uint8_t scales[12];
  uint8_t q[128];
};
static_assert(sizeof(BlockQ4_K) == 144);

// As Q4_K; bit j of `high` is the fifth of part j.
struct BlockQ5_K {
  static constexpr int kWeights = 256;
  Half d;
  Half dmin;
  uint8_t scales[12];
  uint8_t high[32];
  uint8_t q[128];
};
static_assert(sizeof(BlockQ5_K) == 176);

// w = d * scale[i / 16] * (q - 32), the low four bits of q in `low`, the rest in `high`.
struct BlockQ6_K {
  static constexpr int kWeights = 256;
  uint8_t low[128];
  uint8_t high[64];
  int8_t scales[16];
  Half d;
};
static_assert(sizeof(BlockQ6_K) == 210);

// w = d * (scale[j] - 32) * table[q], with the table of IQ4_NL; parts have 16 bytes each.
struct BlockIQ4_XS {
  static constexpr int kWeights = 256;
  Half d;
  uint16_t scales_high;
  uint8_t scales_low[4];
  uint8_t q[128];
};
static_assert(sizeof(BlockIQ4_XS) == 136);

// w = d * (q - 1), q in 0, 1, 2: five in a byte in base 3, as a fraction of 256; four in `rest`.
struct BlockTQ1_0 {
  static constexpr int kWeights = 256;
  uint8_t q[48];
  uint8_t rest[4];
  Half d;
};
static_assert(sizeof(BlockTQ1_0) == 54);

// w = d * (q - 1), packed as in Q2_K
struct BlockTQ2_0 {
  static constexpr int kWeights = 256;
  uint8_t q[64];
  Half d;
};
static_assert(sizeof(BlockTQ2_0) == 66);

// --- Blocks of 256 whose weights are found in grids (kt/tables.h), eight or four at a time ---

// For each part: four indices of eight bits, then four signs indices of seven and a scale of four.
struct BlockIQ2_XXS {
  static constexpr int kWeights = 256;
  Half d;
  uint8_t q[8][8];
};
static_assert(sizeof(BlockIQ2_XXS) == 66);

// Indices of nine bits with signs of seven; a scale of four bits for each 16 weights.
struct BlockIQ2_XS {
  static constexpr int kWeights = 256;
  Half d;
  uint16_t q[32];
  uint8_t scales[8];
};
static_assert(sizeof(BlockIQ2_XS) == 74);

// Indices of ten bits, the upper two in `high`; a sign for each weight.
struct BlockIQ2_S {
  static constexpr int kWeights = 256;
  Half d;
  uint8_t q[32];
  uint8_t signs[8][4];
  uint8_t high[8];
  uint8_t scales[8];
};
static_assert(sizeof(BlockIQ2_S) == 82);

// Eight indices for each part; signs and scale as in IQ2_XXS.
struct BlockIQ3_XXS {
  static constexpr int kWeights = 256;
  Half d;
  uint8_t q[8][8];
  uint8_t signs[8][4];
};
static_assert(sizeof(BlockIQ3_XXS) == 98);

// Indices of nine bits, the uppermost in `high`; a sign for each weight.
struct BlockIQ3_S {
  static constexpr int kWeights = 256;
  Half d;
  uint8_t q[8][8];
  uint8_t high[8];
  uint8_t signs[8][4];
  uint8_t scales[4];
};
static_assert(sizeof(BlockIQ3_S) == 110);

// Indices of eleven bits; `high` holds for each part their upper three, a scale of three bits and
// the sign of an offset.
struct BlockIQ1_S {
  static constexpr int kWeights = 256;
  Half d;
  uint8_t q[32];
  uint16_t high[8];
};
static_assert(sizeof(BlockIQ1_S) == 50);

// Indices of eleven bits; a nibble of `high` holds the upper three and the sign of an offset. Each
// two bytes of `scales` hold four scales of three bits and four bits of the block's.
struct BlockIQ1_M {
  static constexpr int kWeights = 256;
  uint8_t q[32];
  uint8_t high[16];
  uint8_t scales[4][2];
};
static_assert(sizeof(BlockIQ1_M) == 56);

}  // namespace kt
