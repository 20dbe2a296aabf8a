// SPDX-License-Identifier: Apache-2.0
// Blocks of 32 and 64 weights, and groups of up to 128. decode.cuh explains Codecs.
#pragma once

#include "decode.cuh"

namespace kt::cuda {

// Nibbles: granule 0 is the low ones of 16 bytes, granule 1 the high ones.
template <int kZero, bool kHasLow = false>
struct Nibbles : Layout16<1, 2, kZero, 15, kHasLow, 4> {
  template <class Block>
  __device__ static void codes(const Block& w, int, int, uint32_t (&words)[4]) {
    load_bytes(w, w.q, words);
  }
};

// A fifth bit each, in order.
template <int kZero, bool kHasLow>
struct FiveBits : Layout16<1, 2, kZero, 31, kHasLow> {
  template <class Block>
  __device__ static void codes(const Block& w, int, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.q, words);
    shift_right(words, 4 * i);
    const uint32_t high = static_cast<uint32_t>(w.high[2 * i] | w.high[2 * i + 1] << 8);
#pragma unroll
    for (int v = 0; v < 4; ++v) {
      words[v] = (words[v] & 0x0f0f0f0fu) | spread_bits(high >> (4 * v)) << 4;
    }
  }
};

template <>
struct Codec<BlockQ4_0> : Nibbles<8> {
  __device__ static Scale scale(const BlockQ4_0& w, int, int) { return {half_to_float(w.d), 0}; }
};

template <>
struct Codec<BlockQ4_1> : Nibbles<0, true> {
  __device__ static Scale scale(const BlockQ4_1& w, int, int) {
    return {half_to_float(w.d), half_to_float(w.m)};
  }
};

template <>
struct Codec<BlockQ5_0> : FiveBits<16, false> {
  __device__ static Scale scale(const BlockQ5_0& w, int, int) { return {half_to_float(w.d), 0}; }
};

template <>
struct Codec<BlockQ5_1> : FiveBits<0, true> {
  __device__ static Scale scale(const BlockQ5_1& w, int, int) {
    return {half_to_float(w.d), half_to_float(w.m)};
  }
};

template <>
struct Codec<BlockQ8_0> : Layout16<2, 1, 128, 255> {
  __device__ static void codes(const BlockQ8_0& w, int piece, int, uint32_t (&words)[4]) {
    load_bytes(w, reinterpret_cast<const uint8_t*>(w.q) + kGranule * piece, words);
#pragma unroll
    for (uint32_t& word : words) word ^= 0x80808080u;
  }
  __device__ static Scale scale(const BlockQ8_0& w, int, int) { return {half_to_float(w.d), 0}; }
};

template <>
struct Codec<BlockIQ4_NL> : Layout16<1, 2, 128, 255> {
  __device__ static void codes(const BlockIQ4_NL& w, int, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.q, words);
    constexpr Sixteen kTable = raised<128>(kValuesIQ4);
    look_up_nibbles(kTable, words, i);
  }
  __device__ static Scale scale(const BlockIQ4_NL& w, int, int) { return {half_to_float(w.d), 0}; }
};

// Pieces of 32 weights, laid out as a block of Q4_0.
template <int kGroup>
struct Codec<BlockQ4Group<kGroup>> : Layout16<kGroup / 32, 2, 0, 15, true, 4> {
  __device__ static void codes(const BlockQ4Group<kGroup>& w, int piece, int,
                               uint32_t (&words)[4]) {
    load_bytes(w, w.q + kGranule * piece, words);
  }
  __device__ static Scale scale(const BlockQ4Group<kGroup>& w, int, int) {
    const float d = half_to_float(w.d);
    return {d, -product(d, w.zero)};
  }
};

// 2^(e - 128): half of the scale, since the values are doubled. The lowest two are subnormal.
__device__ inline float half_power(uint32_t e) {
  return __uint_as_float(e < 2 ? 0x00200000u << e : (e - 1) << 23);
}

template <>
struct Codec<BlockMXFP4> : Layout16<1, 2, 12, 31> {
  __device__ static void codes(const BlockMXFP4& w, int, int i, uint32_t (&words)[4]) {
    load_bytes(w, w.q, words);
    constexpr Sixteen kTable = raised<12>(kValuesFP4);
    look_up_nibbles(kTable, words, i);
  }
  __device__ static Scale scale(const BlockMXFP4& w, int, int) { return {half_power(w.e), 0}; }
};

// Half of a float of four bits of exponent and three of mantissa, as kHalfE4M3 (kt/tables.h).
__device__ inline float half_e4m3(uint32_t x) {
  const uint32_t exponent = x >> 3 & 15, mantissa = x & 7;
  if (exponent == 0) return static_cast<float>(mantissa) * 0x1p-10f;
  return x == 0x7f ? 0.0f : __uint_as_float((exponent + 119) << 23 | mantissa << 20);
}

// Eight bytes are a granule: the low nibbles, then the high ones.
template <>
struct Codec<BlockNVFP4> : Layout16<2, 2, 12, 31> {
  __device__ static void codes(const BlockNVFP4& w, int piece, int i, uint32_t (&words)[4]) {
    uint32_t both[2];
    load_words<kAlignment<BlockNVFP4>>(w.q + 8 * (2 * piece + i), both);
#pragma unroll
    for (int v = 0; v < 4; ++v) words[v] = both[v % 2] >> (v / 2 * 4);
    constexpr Sixteen kTable = raised<12>(kValuesFP4);
    look_up_nibbles(kTable, words, 0);
  }
  __device__ static Scale scale(const BlockNVFP4& w, int piece, int i) {
    return {half_e4m3(w.d[2 * piece + i]), 0};
  }
};

}  // namespace kt::cuda
