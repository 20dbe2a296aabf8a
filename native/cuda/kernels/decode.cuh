// SPDX-License-Identifier: Apache-2.0
// What the blocks of the weight types hold: one Codec for each, which products, `embed` and
// `load_rows` share, as isa/decode*.inl is for the processor. A block is `kPieces` pieces, each one
// thread's work; a piece is `kGranules` granules, 16 weights that lie side by side and have one
// scale. Granules of a piece share bytes, which the compiler then reads once.
//
//   int first(piece, i)               the first weight of the piece's granule i
//   void codes(w, piece, i, words)    its codes: four in a word, the first in the lowest byte,
//                                     under kMask << kApart * i; other bits mean nothing
//   Scale scale(w, piece, i)          w = scale * (code - kZero) + low; low is 0 unless kHasLow
//
// Scales are computed as the `gguf` package does: with `weight` the values are bit for bit its own.
// This file: what Codecs are made of. decode_small.cuh, decode_large.cuh and decode_grids.cuh are
// the Codecs.
#pragma once

#include "../device.cuh"
#include "kt/quant.h"
#include "kt/tables.h"

namespace kt::cuda {

constexpr int kGranule = 16;

struct Scale {
  float scale, low;
};

// What the address of a block, and of each run of codes in it, is a multiple of.
template <class Block>
constexpr int kAlignment = sizeof(Block) % 16 == 0  ? 16
                           : sizeof(Block) % 8 == 0 ? 8
                           : sizeof(Block) % 4 == 0 ? 4
                                                    : 1;

// Bytes from any address as words. Reads no word that has none of these bytes.
template <int kWords>
__device__ inline void load_unaligned(const uint8_t* from, uint32_t (&words)[kWords]) {
  const unsigned past = static_cast<unsigned>(reinterpret_cast<uintptr_t>(from) & 3);
  const auto* aligned = reinterpret_cast<const uint32_t*>(from - past);
  uint32_t last = aligned[0];
#pragma unroll
  for (int i = 0; i < kWords; ++i) {
    const uint32_t next = i + 1 < kWords || past ? aligned[i + 1] : 0;
    words[i] = __funnelshift_r(last, next, 8 * past);
    last = next;
  }
}

template <int kMultiple, int kWords>
__device__ inline void load_words(const uint8_t* from, uint32_t (&words)[kWords]) {
  if constexpr (kMultiple % 16 == 0 && kWords == 4) {
    const uint4 v = *reinterpret_cast<const uint4*>(from);
    words[0] = v.x, words[1] = v.y, words[2] = v.z, words[3] = v.w;
  } else if constexpr (kMultiple % 8 == 0 && kWords % 2 == 0) {
#pragma unroll
    for (int i = 0; i < kWords; i += 2) {
      const uint2 v = *reinterpret_cast<const uint2*>(from + 4 * i);
      words[i] = v.x, words[i + 1] = v.y;
    }
  } else if constexpr (kMultiple % 4 == 0) {
#pragma unroll
    for (int i = 0; i < kWords; ++i) words[i] = reinterpret_cast<const uint32_t*>(from)[i];
  } else {
    load_unaligned(from, words);
  }
}

// The 16 bytes that a granule's codes are part of.
template <class Block>
__device__ inline void load_bytes(const Block&, const uint8_t* from, uint32_t (&words)[4]) {
  load_words<kAlignment<Block>>(from, words);
}

// Each byte of `words` moved right.
__device__ inline void shift_right(uint32_t (&words)[4], int bits) {
#pragma unroll
  for (uint32_t& word : words) word >>= bits;
}

// Adds the bit `bit` of each byte of `from` to the codes, as their bit `to`. The codes have no more
// than `to` bits, all below.
__device__ inline void add_bits(uint32_t (&words)[4], const uint32_t (&from)[4], int bit, int count,
                                int to) {
  const uint32_t below = ((1u << to) - 1) * 0x01010101u;
  const uint32_t mask = (((1u << count) - 1) << to) * 0x01010101u;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const uint32_t moved = bit > to ? from[i] >> (bit - to) : from[i] << (to - bit);
    words[i] = (words[i] & below) | (moved & mask);
  }
}

// Four bits to four bytes that are 1 or 0.
__device__ inline uint32_t spread_bits(uint32_t bits) {
  return (bits & 15) * 0x00204081u & 0x01010101u;
}

// Sixteen int8 values, by all of which kZero was added, four to a word.
struct Sixteen {
  uint32_t words[4];
};
template <int kZero>
__host__ __device__ constexpr Sixteen raised(const int8_t (&values)[16]) {
  Sixteen result{};
  for (int i = 0; i < 16; ++i) {
    result.words[i / 4] |= static_cast<uint32_t>(values[i] + kZero) << (8 * (i % 4));
  }
  return result;
}

// What stands in `table` at four indices, nibbles whose lower bits choose among the eight of each
// half; `choice` is one of the halves for each.
__device__ inline uint32_t look_up_four(Sixteen table, uint32_t lower, uint32_t choice) {
  const uint32_t low = __byte_perm(table.words[0], table.words[1], lower);
  const uint32_t high = __byte_perm(table.words[2], table.words[3], lower);
  return __byte_perm(low, high, choice);
}

// The values at the low nibbles of each byte (half 0) or the high ones.
__device__ inline void look_up_nibbles(Sixteen table, uint32_t (&words)[4], int half) {
#pragma unroll
  for (uint32_t& word : words) {
    const uint32_t lower = word & 0x77777777u, choice = 0x32103210u | (word >> 1 & 0x44444444u);
    const uint32_t first = look_up_four(table, lower, choice);
    const uint32_t second = look_up_four(table, lower >> 16, choice >> 16);
    word = __byte_perm(first, second, half ? 0x7531u : 0x6420u);
  }
}

__device__ inline float product(float d, int scale) { return d * static_cast<float>(scale); }

template <class Block>
struct Codec;

template <int kPieceCount, int kGranuleCount, int kZeroCode, int kCodeMask, bool kHasLowest = false,
          int kBitsApart = 0>
struct Layout16 {
  static constexpr int kPieces = kPieceCount, kGranules = kGranuleCount, kZero = kZeroCode;
  static constexpr uint32_t kMask = kCodeMask;
  static constexpr bool kHasLow = kHasLowest;
  static constexpr int kApart = kBitsApart;
  static_assert(kMask << kApart * (kGranules - 1) <= 255);
  // Unless a Codec says otherwise, granules are in order.
  __device__ static constexpr int first(int piece, int i) {
    return (piece * kGranules + i) * kGranule;
  }
};

// The same codes, all under kMask.
template <class C, class Block>
__device__ inline void lowest_codes(const Block& w, int piece, int i, uint32_t (&words)[4]) {
  C::codes(w, piece, i, words);
  if constexpr (C::kApart > 0) shift_right(words, C::kApart * i);
}

// Weight m of a word of lowest codes, rounded as `gguf` does.
template <class C>
__device__ inline float weight(uint32_t word, int m, Scale s) {
  const int code = static_cast<int>(word >> (8 * m) & C::kMask) - C::kZero;
  const float value = __fmul_rn(s.scale, static_cast<float>(code));
  return C::kHasLow ? __fadd_rn(value, s.low) : value;
}

// --- Weights that are floats ---

template <class Element>
struct Floats;
template <>
struct Floats<float> {
  __device__ static float value(const float& w) { return w; }
};
struct Float16 {
  Half bits;
};
template <>
struct Floats<Float16> {
  __device__ static float value(Float16 w) { return half_to_float(w.bits); }
};
template <>
struct Floats<Bf16> {
  __device__ static float value(Bf16 w) { return to_float(w); }
};

}  // namespace kt::cuda
