// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 weights with scales of their parts, and ternary ones. decode.cuh explains Codecs. A
// part is 32 weights; h is 0 or 1, the half of it.
#pragma once

#include "decode.cuh"

namespace kt::cuda {

// Parts n * 4 + m and n * 4 + m + 2 of the same half: they share bytes where four parts do.
template <int kZero, int kMask, int kApart, bool kHasLow = false>
struct PartsApart : Layout16<8, 2, kZero, kMask, kHasLow, kApart> {
  __device__ static constexpr int half(int piece) { return piece & 1; }
  __device__ static constexpr int part(int piece, int i) {
    return (piece >> 2) * 4 + (piece >> 1 & 1) + 2 * i;
  }
  __device__ static constexpr int first(int piece, int i) {
    return part(piece, i) * 32 + half(piece) * 16;
  }
};

// Two bits: four parts share 32 bytes. Those of the piece's second granule are four bits up.
template <class Block>
__device__ inline void two_bits(const Block& w, const uint8_t* q, int piece, uint32_t (&words)[4]) {
  load_bytes(w, q + (piece >> 2) * 32 + (piece & 1) * 16, words);
  shift_right(words, piece & 2);
}

template <>
struct Codec<BlockQ2_K> : PartsApart<0, 3, 4, true> {
  __device__ static void codes(const BlockQ2_K& w, int piece, int, uint32_t (&words)[4]) {
    two_bits(w, w.q, piece, words);
  }
  __device__ static Scale scale(const BlockQ2_K& w, int piece, int i) {
    const int both = w.scales[2 * part(piece, i) + half(piece)];
    return {product(half_to_float(w.d), both & 15), -product(half_to_float(w.dmin), both >> 4)};
  }
};

template <>
struct Codec<BlockQ3_K> : PartsApart<4, 7, 4> {
  __device__ static void codes(const BlockQ3_K& w, int piece, int, uint32_t (&words)[4]) {
    two_bits(w, w.low, piece, words);
    uint32_t high[4];
    load_bytes(w, w.high + half(piece) * 16, high);
    shift_right(high, (piece >> 2) * 4 + (piece >> 1 & 1));
#pragma unroll
    for (int i = 0; i < 4; ++i) {  // bits 0 and 2, of both granules
      words[i] =
          (words[i] & 0x33333333u) | (high[i] << 2 & 0x04040404u) | (high[i] << 4 & 0x40404040u);
    }
  }
  __device__ static Scale scale(const BlockQ3_K& w, int piece, int i) {
    const int g = 2 * part(piece, i) + half(piece);
    const int low = w.scales[g % 8] >> (g / 8 * 4) & 15;
    const int high = w.scales[8 + g % 4] >> (g / 4 * 2) & 3;
    return {product(half_to_float(w.d), (low | high << 4) - 32), 0};
  }
};

// Parts 2 * c and 2 * c + 1, which share 32 bytes, of the same half. Q4_K and Q5_K.
template <int kMask, int kApart>
struct PartPairs : Layout16<8, 2, 0, kMask, true, kApart> {
  __device__ static constexpr int half(int piece) { return piece & 1; }
  __device__ static constexpr int first(int piece, int i) {
    return (piece >> 1) * 64 + i * 32 + half(piece) * 16;
  }
  // Scales and mins of six bits: those of parts 0 to 3 are the low six bits of the first four bytes
  // and of the next four; those of the others are nibbles of the last four, and the bits left over.
  // Two parts at once, in the bytes of 16 bits.
  template <class Block>
  __device__ static Scale scale(const Block& w, int piece, int i) {
    uint32_t words[4];
    load_bytes(w, reinterpret_cast<const uint8_t*>(&w), words);
    const int shift = (piece >> 1 & 1) * 16;
    const uint32_t a = words[1] >> shift, b = words[2] >> shift, c = words[3] >> shift;
    const bool is_upper = piece >> 2;
    const uint32_t scales = is_upper ? (c & 0x0f0fu) | (a >> 2 & 0x3030u) : a & 0x3f3fu;
    const uint32_t lows = is_upper ? (c >> 4 & 0x0f0fu) | (b >> 2 & 0x3030u) : b & 0x3f3fu;
    const float d = half_to_float(static_cast<Half>(words[0]));
    const float dmin = half_to_float(static_cast<Half>(words[0] >> 16));
    return {product(d, static_cast<int>(scales >> (8 * i) & 63)),
            -product(dmin, static_cast<int>(lows >> (8 * i) & 63))};
  }
};

template <>
struct Codec<BlockQ4_K> : PartPairs<15, 4> {
  __device__ static void codes(const BlockQ4_K& w, int piece, int, uint32_t (&words)[4]) {
    load_bytes(w, w.q + piece * 16, words);
  }
};

template <>
struct Codec<BlockQ5_K> : PartPairs<31, 0> {
  __device__ static void codes(const BlockQ5_K& w, int piece, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.q + piece * 16, words);
    shift_right(words, 4 * i);
    uint32_t high[4];
    load_bytes(w, w.high + half(piece) * 16, high);
    shift_right(high, piece >> 1 << 1);
    add_bits(words, high, i, 1, 4);
  }
};

template <>
struct Codec<BlockQ6_K> : PartsApart<32, 63, 0> {
  __device__ static void codes(const BlockQ6_K& w, int piece, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.low + piece * 16, words);
    shift_right(words, 4 * i);
    uint32_t high[4];
    load_bytes(w, w.high + (piece >> 2) * 32 + half(piece) * 16, high);
    shift_right(high, piece & 2);
    add_bits(words, high, 4 * i, 2, 4);
  }
  __device__ static Scale scale(const BlockQ6_K& w, int piece, int i) {
    const int scale = w.scales[2 * part(piece, i) + half(piece)];
    return {product(half_to_float(w.d), scale), 0};
  }
};

template <>
struct Codec<BlockIQ4_XS> : Layout16<8, 2, 128, 255> {
  __device__ static void codes(const BlockIQ4_XS& w, int piece, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.q + piece * 16, words);
    constexpr Sixteen kTable = raised<128>(kValuesIQ4);
    look_up_nibbles(kTable, words, i);
  }
  __device__ static Scale scale(const BlockIQ4_XS& w, int piece, int) {
    const int low = w.scales_low[piece / 2] >> (piece % 2 * 4) & 15;
    const int high = w.scales_high >> (2 * piece) & 3;
    return {product(half_to_float(w.d), (low | high << 4) - 32), 0};
  }
};

// Granule g has digit n of 16 bytes: of the first 32 for g < 10, of the next 16 for g < 15. The
// last has four digits of four bytes.
template <>
struct Codec<BlockTQ1_0> : Layout16<8, 2, 1, 3> {
  // Digit n of four bytes, two of them in a word at a time.
  __device__ static uint32_t digits(uint32_t bytes, int n) {
    const uint32_t power = n == 0 ? 1 : n == 1 ? 3 : n == 2 ? 9 : n == 3 ? 27 : 81;
    constexpr uint32_t kEven = 0x00ff00ffu;
    const uint32_t even = (bytes & kEven) * power & kEven;
    const uint32_t odd = (bytes >> 8 & kEven) * power & kEven;
    return (even * 3 >> 8 & 0x00030003u) | (odd * 3 & 0x03000300u);
  }
  __device__ static void codes(const BlockTQ1_0& w, int piece, int i, uint32_t (&words)[4]) {
    const int g = 2 * piece + i;
    if (g < 15) {
      load_bytes(w, g < 10 ? w.q + g % 2 * 16 : w.q + 32, words);
    } else {
      uint32_t rest[1];
      load_words<kAlignment<BlockTQ1_0>>(w.rest, rest);
#pragma unroll
      for (uint32_t& word : words) word = rest[0];
    }
#pragma unroll
    for (int v = 0; v < 4; ++v) {
      words[v] = digits(words[v], g < 10 ? g / 2 : g < 15 ? g - 10 : v);
    }
  }
  __device__ static Scale scale(const BlockTQ1_0& w, int, int) { return {half_to_float(w.d), 0}; }
};

template <>
struct Codec<BlockTQ2_0> : PartsApart<1, 3, 4> {
  __device__ static void codes(const BlockTQ2_0& w, int piece, int, uint32_t (&words)[4]) {
    two_bits(w, w.q, piece, words);
  }
  __device__ static Scale scale(const BlockTQ2_0& w, int, int) { return {half_to_float(w.d), 0}; }
};

}  // namespace kt::cuda
