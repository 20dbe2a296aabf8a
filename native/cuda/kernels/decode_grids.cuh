// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 weights that are found in grids. decode.cuh explains Codecs. A piece is a part of
// 32 weights, a granule two entries of eight weights or four of four.
#pragma once

#include "decode.cuh"

namespace kt::cuda {

#define KT_GRID __device__
#include "kt/grids.inl"
#undef KT_GRID

// The code of a weight that is zero: above all values but IQ1's, whose are at most 9.
constexpr int kZeroGrids = 64, kZeroIQ1 = 16;
struct Signed16 : Layout16<8, 2, kZeroGrids, 127> {};
struct Signed16IQ1 : Layout16<8, 2, kZeroIQ1, 31> {};

// Codes of four values of a grid, all positive, with their signs.
__device__ inline uint32_t with_signs(uint32_t values, uint32_t signs) {
  const uint32_t negative = spread_bits(signs) * 255;
  return kZeroGrids * 0x01010101u + (values & ~negative) - (values & negative);
}

// Signs of eight weights, of which seven bits are stored: their number is even.
__device__ inline uint32_t even_signs(uint32_t packed) {
  const uint32_t seven = packed & 127;
  return seven | (static_cast<uint32_t>(__popc(seven)) & 1) << 7;
}

__device__ inline int nibble(const uint8_t* bytes, int i) {
  return bytes[i / 2] >> (i % 2 * 4) & 15;
}

template <class Block>
__device__ inline uint32_t load_u32(const Block&, const uint8_t* from) {
  uint32_t word[1];
  load_words<kAlignment<Block>>(from, word);
  return word[0];
}

// Entry k of the granule, of eight weights.
__device__ inline void put_eight(uint64_t entry, uint32_t signs, int k, uint32_t (&words)[4]) {
  words[2 * k] = with_signs(static_cast<uint32_t>(entry), signs);
  words[2 * k + 1] = with_signs(static_cast<uint32_t>(entry >> 32), signs >> 4);
}

// Scales of IQ2 types: q + 1/2, in quarters of d.
__device__ inline Scale scale_iq2(float d, int q) {
  return {d * (0.5f + static_cast<float>(q)) * 0.25f, 0};
}

template <>
struct Codec<BlockIQ2_XXS> : Signed16 {
  __device__ static void codes(const BlockIQ2_XXS& w, int piece, int i, uint32_t (&words)[4]) {
    const uint8_t* q = w.q[piece];
    const uint32_t packed = load_u32(w, q + 4);
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const int n = 2 * i + k;
      put_eight(kGridIQ2_XXS.at[q[n]], even_signs(packed >> (7 * n)), k, words);
    }
  }
  __device__ static Scale scale(const BlockIQ2_XXS& w, int piece, int) {
    return scale_iq2(half_to_float(w.d), w.q[piece][7] >> 4);
  }
};

template <>
struct Codec<BlockIQ2_XS> : Signed16 {
  __device__ static void codes(const BlockIQ2_XS& w, int piece, int i, uint32_t (&words)[4]) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const uint32_t q = w.q[4 * piece + 2 * i + k];
      put_eight(kGridIQ2_XS.at[q & 511], even_signs(q >> 9), k, words);
    }
  }
  __device__ static Scale scale(const BlockIQ2_XS& w, int piece, int i) {
    return scale_iq2(half_to_float(w.d), nibble(w.scales, 2 * piece + i));
  }
};

template <>
struct Codec<BlockIQ2_S> : Signed16 {
  __device__ static void codes(const BlockIQ2_S& w, int piece, int i, uint32_t (&words)[4]) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const int n = 2 * i + k;
      const int index = w.q[4 * piece + n] | (w.high[piece] >> (2 * n) & 3) << 8;
      put_eight(kGridIQ2_S.at[index], w.signs[piece][n], k, words);
    }
  }
  __device__ static Scale scale(const BlockIQ2_S& w, int piece, int i) {
    return scale_iq2(half_to_float(w.d), nibble(w.scales, 2 * piece + i));
  }
};

template <>
struct Codec<BlockIQ3_XXS> : Signed16 {
  __device__ static void codes(const BlockIQ3_XXS& w, int piece, int i, uint32_t (&words)[4]) {
    const uint32_t packed = load_u32(w, w.signs[piece]);
#pragma unroll
    for (int v = 0; v < 4; ++v) {
      const uint32_t signs = even_signs(packed >> (7 * (2 * i + v / 2)));
      words[v] = with_signs(kGridIQ3_XXS.at[w.q[piece][4 * i + v]], signs >> (v % 2 * 4));
    }
  }
  __device__ static Scale scale(const BlockIQ3_XXS& w, int piece, int) {
    const int q = w.signs[piece][3] >> 4;
    return {half_to_float(w.d) * (0.5f + static_cast<float>(q)) * 0.5f, 0};
  }
};

template <>
struct Codec<BlockIQ3_S> : Signed16 {
  __device__ static void codes(const BlockIQ3_S& w, int piece, int i, uint32_t (&words)[4]) {
#pragma unroll
    for (int v = 0; v < 4; ++v) {
      const int n = 4 * i + v;
      const int index = w.q[piece][n] | (w.high[piece] >> n & 1) << 8;
      words[v] = with_signs(kGridIQ3_S.at[index], w.signs[piece][n / 2] >> (n % 2 * 4));
    }
  }
  __device__ static Scale scale(const BlockIQ3_S& w, int piece, int) {
    return {product(half_to_float(w.d), 1 + 2 * nibble(w.scales, piece)), 0};
  }
};

// IQ1 types: w = d * (2 * scale + 1) * (grid + or - 1/8). The grid holds eight times its values, so
// the last factor is an integer, and an eighth of the rest exact.
__device__ inline void put_eight_iq1(int index, bool is_lower, int k, uint32_t (&words)[4]) {
  const uint64_t entry = kGridIQ1.at[index];
  // No byte carries: values are raised by 128, lowered to a code, and shifted by the offset.
  const uint32_t lower = (128 - kZeroIQ1 + (is_lower ? 1 : -1)) * 0x01010101u;
  words[2 * k] = (static_cast<uint32_t>(entry) ^ 0x80808080u) - lower;
  words[2 * k + 1] = (static_cast<uint32_t>(entry >> 32) ^ 0x80808080u) - lower;
}

template <>
struct Codec<BlockIQ1_S> : Signed16IQ1 {
  __device__ static void codes(const BlockIQ1_S& w, int piece, int i, uint32_t (&words)[4]) {
    const int high = w.high[piece];
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const int n = 2 * i + k;
      put_eight_iq1(w.q[4 * piece + n] | (high >> (3 * n) & 7) << 8, high >> 15, k, words);
    }
  }
  __device__ static Scale scale(const BlockIQ1_S& w, int piece, int) {
    return {product(half_to_float(w.d), 2 * (w.high[piece] >> 12 & 7) + 1) * 0.125f, 0};
  }
};

template <>
struct Codec<BlockIQ1_M> : Signed16IQ1 {
  __device__ static void codes(const BlockIQ1_M& w, int piece, int i, uint32_t (&words)[4]) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const int n = 4 * piece + 2 * i + k, high = nibble(w.high, n);
      put_eight_iq1(w.q[n] | (high & 7) << 8, high >> 3, k, words);
    }
  }
  __device__ static Scale scale(const BlockIQ1_M& w, int piece, int i) {
    int d = 0;
#pragma unroll
    for (int k = 0; k < 4; ++k) d |= w.scales[k][1] >> 4 << (4 * k);
    const int scales = w.scales[piece / 2][0] | w.scales[piece / 2][1] << 8;
    const int scale = scales >> (piece % 2 * 6 + 3 * i) & 7;
    return {product(half_to_float(static_cast<Half>(d)), 2 * scale + 1) * 0.125f, 0};
  }
};

}  // namespace kt::cuda
