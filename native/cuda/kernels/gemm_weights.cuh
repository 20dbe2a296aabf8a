// SPDX-License-Identifier: Apache-2.0
// Where the weights of a tensor-core product come from. Two threads bring the columns of a row that
// one step needs: load() reads, store() writes bfloat16 into shared memory later.
//
//   kGroups   groups of columns of a step that have scales of their own; 0: there are no scales
//   kPasses   how often the columns are gone through
#pragma once

#include "decode_grids.cuh"
#include "decode_large.cuh"
#include "decode_small.cuh"
#include "gemm_codes.cuh"
#include "gemm_memory.cuh"

namespace kt::cuda {

// Which piece and which granule of it holds the n-th 16 weights of a block, nibble n of each.
struct Granules {
  uint64_t piece = 0, index = 0;
  int at(uint64_t nibbles, int n) const { return static_cast<int>(nibbles >> (4 * n) & 15); }
};
template <class Block>
constexpr Granules granules_of() {
  Granules result;
  for (int piece = 0; piece < Codec<Block>::kPieces; ++piece) {
    for (int i = 0; i < Codec<Block>::kGranules; ++i) {
      const int n = Codec<Block>::first(piece, i) / kGranule;
      result.piece |= static_cast<uint64_t>(piece) << (4 * n);
      result.index |= static_cast<uint64_t>(i) << (4 * n);
    }
  }
  return result;
}

// Codes stay what they are, exactly, and scales float32: no weight is rounded.
template <class Block>
class BlockSource {
  using C = Codec<Block>;
  static constexpr Granules kPlaces = granules_of<Block>();
  static constexpr int kBlockGranules = Block::kWeights / kGranule;
  static constexpr int kStepGranules = kTileDepth / kGranule;
  static constexpr int kOwn = kStepGranules / 2;
  // Whether granules two apart share bytes, as in Q4_K, and not neighbours, as in Q4_0.
  static constexpr bool kIsAcross = kBlockGranules > 2 &&
                                    (kPlaces.piece & 15) == (kPlaces.piece >> 8 & 15) &&
                                    (kPlaces.piece & 15) != (kPlaces.piece >> 4 & 15);

 public:
  static constexpr int kGroups = kHasFineScales<Block> ? kStepGranules : kStepGranules / 2;
  static constexpr bool kHasLow = C::kHasLow;
  static constexpr int kPasses = 1;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int half, int) {
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
      const Place place(row, columns, column, slot(half, i));
      if (!place.exists) {
        words_[i][0] = words_[i][1] = words_[i][2] = words_[i][3] = 0;
        if (kHasFineScales<Block>) scale_[i] = {0, 0};
        continue;
      }
      C::codes(*place.block, place.piece, place.index, words_[i]);
      if (kHasFineScales<Block>) scale_[i] = C::scale(*place.block, place.piece, place.index);
    }
    if (!kHasFineScales<Block>) {
      const Place place(row, columns, column, kIsAcross ? 3 * half : 2 * half);
      scale_[0] = place.exists ? C::scale(*place.block, place.piece, place.index) : Scale{0, 0};
    }
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
      const int chunk = 2 * slot(half, i);
      const uint32_t (&w)[4] = words_[i];
      stage.codes.store(row, chunk, eight_codes<C::kMask, C::kZero>(w[0], w[1]));
      stage.codes.store(row, chunk + 1, eight_codes<C::kMask, C::kZero>(w[2], w[3]));
      if (kHasFineScales<Block>) put(stage, slot(half, i), row, scale_[i]);
    }
    if (!kHasFineScales<Block>) put(stage, half, row, scale_[0]);
  }

 private:
  struct Place {
    const Block* block;
    int piece, index;
    bool exists;

    __device__ __forceinline__ Place(const uint8_t* row, int columns, int column, int slot) {
      const int granule = column / kGranule + slot, n = granule % kBlockGranules;
      block = reinterpret_cast<const Block*>(row) + granule / kBlockGranules;
      piece = static_cast<int>(kPlaces.piece >> (4 * n) & 15);
      index = static_cast<int>(kPlaces.index >> (4 * n) & 15);
      exists = Block::kWeights % kTileDepth == 0 || granule * kGranule < columns;
    }
  };

  __device__ static constexpr int slot(int half, int i) {
    return kIsAcross ? half + 2 * i : 2 * half + i;
  }
  template <class Stage>
  __device__ __forceinline__ static void put(Stage& stage, int group, int row, Scale scale) {
    stage.scale[group][row] = scale.scale;
    if (kHasLow) stage.low[group][row] = scale.low;
  }

  uint32_t words_[kOwn][4];
  Scale scale_[kHasFineScales<Block> ? kOwn : 1];
};

// As they are.
class Bf16Source {
 public:
  static constexpr int kGroups = 0, kPasses = 1;
  static constexpr bool kHasLow = false;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int half, int) {
    const auto* values = reinterpret_cast<const uint16_t*>(row);
    const int first = column + half * kOwn;
    if ((reinterpret_cast<uintptr_t>(row) & 15) == 0 && first + kOwn <= columns) {
#pragma unroll
      for (int i = 0; i < kOwn / kChunk16; ++i) {
        eight_[i] = reinterpret_cast<const uint4*>(values + first)[i];
      }
      return;
    }
    const auto at = [&](int i) { return i < columns ? uint32_t{values[i]} : 0; };
    const auto pair = [&](int i) { return at(i) | at(i + 1) << 16; };
#pragma unroll
    for (int i = 0; i < kOwn / kChunk16; ++i) {
      const int c = first + i * kChunk16;
      eight_[i] = make_uint4(pair(c), pair(c + 2), pair(c + 4), pair(c + 6));
    }
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
#pragma unroll
    for (int i = 0; i < kOwn / kChunk16; ++i) {
      stage.codes.store(row, half * (kOwn / kChunk16) + i, eight_[i]);
    }
  }

 private:
  static constexpr int kOwn = kTileDepth / 2;
  uint4 eight_[kOwn / kChunk16];
};

// Float32 and float16 as two bfloat16, what rounding leaves in the second: the products of the
// upper parts, of the weight's upper with the activation's lower, and the other way round.
template <class Element>
class SplitSource {
 public:
  static constexpr int kGroups = 0, kPasses = 3;
  static constexpr bool kHasLow = false;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int half,
                                       int pass) {
    const auto* values = reinterpret_cast<const Element*>(row);
    const auto part = [&](int i) {
      const float value = i < columns ? Floats<Element>::value(values[i]) : 0.0f;
      return pass < kPasses - 1 ? value : value - to_float(to_bf16(value));
    };
#pragma unroll
    for (int i = 0; i < kOwn / 2; ++i) {
      const int c = column + half * kOwn + 2 * i;
      pairs_[i] = pack_bf16(part(c), part(c + 1));
    }
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
#pragma unroll
    for (int i = 0; i < kOwn / 2; i += 4) {
      stage.codes.store(row, (half * kOwn + 2 * i) / kChunk16,
                        make_uint4(pairs_[i], pairs_[i + 1], pairs_[i + 2], pairs_[i + 3]));
    }
  }

 private:
  static constexpr int kOwn = kTileDepth / 2;
  uint32_t pairs_[kOwn / 2];
};

}  // namespace kt::cuda
