// SPDX-License-Identifier: Apache-2.0
// How a warp meets a step of a row: `kColumns` columns, `kStepBytes` bytes, of two rows at a time.
// Activations lie in shared memory in the order in which lanes read them, so that each read of a
// warp is 512 bytes in a row: vector k of lane l is the four floats at slot(k, l).
#pragma once

#include "decode.cuh"

namespace kt::cuda {

constexpr int kLanes = 32;
constexpr int kSlotStride = 34;  // writes of eight neighbouring vectors meet all banks
constexpr int kTotalStride = 36;

__device__ inline int slot(int k, int lane) { return 4 * (k * kSlotStride + lane); }
__device__ inline float4 four_at(const float* x) { return *reinterpret_cast<const float4*>(x); }

// Sums of a pair of rows with T tokens, a lane's share.
template <int T>
using Sums = float[2][T];

__device__ inline float dot(const float (&w)[4], float4 x, float sum) {
  return fmaf(w[3], x.w, fmaf(w[2], x.z, fmaf(w[1], x.y, fmaf(w[0], x.x, sum))));
}

// sums[r][t] += w[r] . x of vector k, for `count` tokens rounded up to two.
template <int T>
__device__ inline void add_dots(const float (&w)[2][4], const float* x, int token_floats, int count,
                                Sums<T>& sums) {
#pragma unroll
  for (int t = 0; t < T; t += 2) {
    if (t > 0 && t >= count) break;
#pragma unroll
    for (int n = t; n < t + 2 && n < T; ++n) {
      const float4 four = four_at(x + n * token_floats);
      sums[0][n] = dot(w[0], four, sums[0][n]);
      sums[1][n] = dot(w[1], four, sums[1][n]);
    }
  }
}

// Types whose granules several tokens meet one after another: some cards' compilers would keep two
// in more registers than there are.
template <class Block>
constexpr bool kInTurn = false;
template <>
constexpr bool kInTurn<BlockQ3_K> = true;
template <>
constexpr bool kInTurn<BlockQ6_K> = true;
template <>
constexpr bool kInTurn<BlockQ4_1> = true;
template <>
constexpr bool kInTurn<BlockQ5_1> = true;
template <>
constexpr bool kInTurn<BlockQ4_G32> = true;
template <>
constexpr bool kInTurn<BlockTQ2_0> = true;

// Weights in blocks. A code of b bits at bit p of a word, the others cleared, is as a float
// code * 2^(p - 149), exactly, as long as it ends below bit 24: subnormal numbers are integers. So
// a code becomes a factor by one AND, where converting would take the few units that convert. The
// activation is multiplied by 2^(149 - 70 - p) beforehand, the scale by 2^70.
// COST 2.3 operations a weight and token beside loads. LIMITS |x| < 2^48; below 2^-56 bits are
// lost.
template <class Block>
struct BlockRows {
  using C = Codec<Block>;
  static constexpr int kAlignment = cuda::kAlignment<Block>;
  static constexpr int kBlocks = kLanes / C::kPieces;
  static constexpr bool kCanFold = true;  // a lane's weights are neighbours
  static constexpr int kColumns = kBlocks * Block::kWeights;
  static constexpr int kStepBytes = kBlocks * static_cast<int>(sizeof(Block));
  static constexpr int kVectors = 4 * C::kGranules;
  static constexpr int kStepFloats = 4 * kVectors * kSlotStride + C::kGranules * kTotalStride;
  __host__ __device__ static constexpr int64_t row_bytes(int columns) {
    return int64_t{columns / Block::kWeights} * static_cast<int>(sizeof(Block));
  }

  // Of the activations of a step, vector `item` of 32 * kVectors: its first column.
  __device__ static int column(int item) {
    const int lane = item / 4 % kLanes, i = item / 4 / kLanes;
    return lane / C::kPieces * Block::kWeights + C::first(lane % C::kPieces, i) + item % 4 * 4;
  }
  // How far apart codes of granules that share words are. For one token: more need the registers.
  template <int T>
  static constexpr int kApart = T == 1 ? C::kApart : 0;

  // Puts it to its place, scaled, and the totals of granules behind all. Whole warps call.
  template <int T>
  __device__ static void put(float4 v, int item, float* x) {
    float total = (v.x + v.y) + (v.z + v.w);
    total += __shfl_xor_sync(0xffffffffu, total, 1);
    total += __shfl_xor_sync(0xffffffffu, total, 2);
    const int lane = item / 4 % kLanes, i = item / 4 / kLanes;
    const float unit = i > 0 ? 0x1p63f / (1 << kApart<T>) : 0x1p63f;
    const float4 scaled =
        make_float4(v.x * (unit * 0x1p16f), v.y * (unit * 0x1p8f), v.z * unit, v.w * unit);
    *reinterpret_cast<float4*>(x + slot(4 * i + item % 4, lane)) = scaled;
    if (item % 4 == 0) x[4 * kVectors * kSlotStride + i * kTotalStride + lane] = total;
  }

  // Of granule i; the last weight's code moves to where the third one's is.
  template <int T>
  __device__ static void to_factors(uint32_t word, int i, float (&w)[4]) {
    const uint32_t mask = C::kMask << kApart<T> * i;
    w[0] = __uint_as_float(word & mask);
    w[1] = __uint_as_float(word & mask << 8);
    w[2] = __uint_as_float(word & mask << 16);
    w[3] = __uint_as_float(C::kMask == 255 ? __byte_perm(word, 0, 0x4344) : word >> 8 & mask << 16);
  }

  // sums += the rows' weights . x; `left` columns of the row are in this step.
  template <int T>
  __device__ static void multiply(const uint8_t* (&rows)[2], int left, const float* x,
                                  int token_floats, int count, Sums<T>& sums) {
    const int lane = static_cast<int>(threadIdx.x) % kLanes, piece = lane % C::kPieces;
    const int number = lane / C::kPieces;
    if (number * Block::kWeights >= left) return;
    const Block* w[2];
    for (int r = 0; r < 2; ++r) w[r] = reinterpret_cast<const Block*>(rows[r]) + number;
    uint32_t words[2][4];
#pragma unroll(T > 1 && kInTurn<Block> ? 1 : C::kGranules)
    for (int i = 0; i < C::kGranules; ++i) {
      for (int r = 0; r < 2; ++r) {
        if constexpr (kApart<T> == 0) {
          lowest_codes<C>(*w[r], piece, i, words[r]);
        } else if (i == 0) {
          C::codes(*w[r], piece, i, words[r]);
          for (uint32_t& word : words[r]) word = opaque(word);
        }
      }
      Sums<T> dots = {};
#pragma unroll
      for (int v = 0; v < 4; ++v) {
        float factors[2][4];
        for (int r = 0; r < 2; ++r) to_factors<T>(words[r][v], i, factors[r]);
        add_dots<T>(factors, x + slot(4 * i + v, lane), token_floats, count, dots);
      }
      const float* totals = x + 4 * kVectors * kSlotStride + i * kTotalStride + lane;
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        const Scale s = C::scale(*w[r], piece, i);
        add_scaled<T>(s, totals, token_floats, count, dots[r], sums[r]);
      }
    }
  }

  // sums += scale * (dots - kZero * totals) + low * totals
  template <int T>
  __device__ static void add_scaled(Scale s, const float* totals, int token_floats, int count,
                                    const float (&dots)[T], float (&sums)[T]) {
    const float low = C::kHasLow ? s.low : -static_cast<float>(C::kZero) * s.scale;
    static_assert(!C::kHasLow || C::kZero == 0);
    const float scale = s.scale * 0x1p70f;
#pragma unroll
    for (int t = 0; t < T; ++t) {
      if (t > 1 && t >= count) break;
      sums[t] = fmaf(scale, dots[t], sums[t]);
      if (C::kHasLow || C::kZero) sums[t] = fmaf(low, *totals, sums[t]);
      totals += token_floats;
    }
  }
};

// Weights that are floats, at any address that is a multiple of their size.
template <class Element>
struct FloatRows {
  static constexpr int kAlignment = sizeof(Element);
  static constexpr int kPerLane = 16 / sizeof(Element), kLoads = 2;
  static constexpr bool kCanFold = false;
  static constexpr int kColumns = kLoads * kLanes * kPerLane;
  static constexpr int kStepBytes = kLoads * kLanes * 16;
  static constexpr int kVectors = kLoads * kPerLane / 4;
  static constexpr int kStepFloats = 4 * kVectors * kSlotStride;
  __host__ __device__ static constexpr int64_t row_bytes(int columns) {
    return columns * static_cast<int64_t>(sizeof(Element));
  }

  __device__ static int column(int item) { return 4 * item; }
  template <int T>
  __device__ static void put(float4 v, int item, float* x) {
    constexpr int kEach = kPerLane / 4;
    const int load = item / kEach / kLanes, lane = item / kEach % kLanes;
    *reinterpret_cast<float4*>(x + slot(load * kEach + item % kEach, lane)) = v;
  }

  // A lane's weights of a load; those behind the row's end are zero.
  __device__ static void load(const uint8_t* from, int left, float (&w)[kPerLane]) {
    alignas(16) uint32_t words[4];
    if (reinterpret_cast<uintptr_t>(from) % 16 == 0) {
      load_words<16>(from, words);
    } else {
      load_unaligned(from, words);
    }
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
      const float value = element(words, i);
      w[i] = i < left ? value : 0;
    }
  }
  __device__ static float element(const uint32_t (&words)[4], int i) {
    if constexpr (sizeof(Element) == 4) {
      return __uint_as_float(words[i]);
    } else {
      return Floats<Element>::value({static_cast<uint16_t>(words[i / 2] >> (i % 2 * 16))});
    }
  }

  template <int T>
  __device__ static void multiply(const uint8_t* (&rows)[2], int left, const float* x,
                                  int token_floats, int count, Sums<T>& sums) {
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
#pragma unroll
    for (int n = 0; n < kLoads; ++n) {
      const int place = n * kLanes + lane;
      if (place * kPerLane >= left) return;
      float w[2][kPerLane];
      for (int r = 0; r < 2; ++r) load(rows[r] + place * 16, left - place * kPerLane, w[r]);
#pragma unroll
      for (int v = 0; v < kPerLane / 4; ++v) {
        float four[2][4];
        for (int r = 0; r < 2; ++r) {
          for (int m = 0; m < 4; ++m) four[r][m] = w[r][4 * v + m];
        }
        add_dots<T>(four, x + slot(n * kPerLane / 4 + v, lane), token_floats, count, sums);
      }
    }
  }
};

}  // namespace kt::cuda
