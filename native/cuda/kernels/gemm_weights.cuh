// SPDX-License-Identifier: Apache-2.0
// Where the weights of a tensor-core product come from: what a lane has of a row in a step, 16
// columns that lie side by side. load() begins to read them; what they are is asked for a step
// later, so that nothing waits for memory before the products of a step are under way.
//
//   kIsScaled      values are codes with scales: as float16, of which the lane's row has a unit
//   kPasses        how often the columns are gone through
//   pairs(k, ...)  values 4 k to 4 k + 3, two to a register; with the factors if they are scaled
#pragma once

#include "decode_grids.cuh"
#include "decode_large.cuh"
#include "decode_small.cuh"
#include "gemm_tiles.h"

namespace kt::cuda {

// Scale and lowest value of a granule in units of its row, each twice in a register.
struct HalfScale {
  uint32_t scale, low;
};

// Which piece and which granule of it holds the n-th 16 weights of a block, nibble n of each.
struct Granules {
  uint64_t piece = 0, index = 0;
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

// What is kept of a granule until it is used: codes and scale, or, where a type has its own, bytes.
template <class Block>
class Granule {
  using C = Codec<Block>;
  static constexpr Granules kPlaces = granules_of<Block>();

 public:
  __device__ __forceinline__ void load(const Block& block, int n) {
    const int piece = static_cast<int>(kPlaces.piece >> (4 * n) & 15);
    const int index = static_cast<int>(kPlaces.index >> (4 * n) & 15);
    lowest_codes<C>(block, piece, index, words_);
    scale_ = C::scale(block, piece, index);
  }
  __device__ __forceinline__ Scale scale() const { return scale_; }
  __device__ __forceinline__ uint32_t codes(int k) const { return words_[k]; }

 private:
  uint32_t words_[4];
  Scale scale_;
};

template <class Block>
class BlockSource {
  using C = Codec<Block>;
  static constexpr int kBlockGranules = Block::kWeights / kGranule;

 public:
  static constexpr bool kIsScaled = true;
  static constexpr int kPasses = 1;
  // The largest factor of a scale, about.
  static constexpr int kMostCode = C::kMask / 2 < C::kZero ? C::kZero : C::kMask - C::kZero;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int) {
    const int number = column / kGranule;
    exists_ = Block::kWeights % kTileDepth == 0 || column < columns;
    const auto* block =
        reinterpret_cast<const Block*>(row) + (exists_ ? number / kBlockGranules : 0);
    granule_.load(*block, number % kBlockGranules);
  }
  __device__ __forceinline__ Scale scale() const { return exists_ ? granule_.scale() : Scale{}; }

  // 1024 plus a code is a float16 whose low byte is the code.
  __device__ __forceinline__ void pairs(int k, HalfScale by, uint32_t (&pair)[2]) const {
    constexpr uint32_t kUpperByte = 0x64, kBoth = 0x00010001;
    const uint32_t word = granule_.codes(k);
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const uint32_t raised = __byte_perm(word, kUpperByte, i ? 0x4342 : 0x4140);
      const uint32_t code =
          sub_half2(raised & (0xff00 | C::kMask) * kBoth, (0x6400 + C::kZero) * kBoth);
      pair[i] = C::kHasLow ? fma_half2(code, by.scale, by.low) : mul_half2(code, by.scale);
    }
  }

 private:
  Granule<Block> granule_;
  bool exists_;
};

// As they are. Whole granules at multiples of 16 bytes are read at once.
template <bool kAreWhole>
class Bf16Source {
 public:
  static constexpr bool kIsScaled = false;
  static constexpr int kPasses = 1;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int) {
    const auto* values = reinterpret_cast<const uint16_t*>(row);
    if constexpr (kAreWhole) {
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        uint4 eight = make_uint4(0, 0, 0, 0);
        if (column < columns) eight = reinterpret_cast<const uint4*>(values + column)[i];
        pairs_[4 * i] = eight.x, pairs_[4 * i + 1] = eight.y;
        pairs_[4 * i + 2] = eight.z, pairs_[4 * i + 3] = eight.w;
      }
    } else {
      const auto at = [&](int i) { return i < columns ? uint32_t{values[i]} : 0; };
#pragma unroll
      for (int i = 0; i < kGranule / 2; ++i) {
        pairs_[i] = at(column + 2 * i) | at(column + 2 * i + 1) << 16;
      }
    }
  }
  __device__ __forceinline__ void pairs(int k, HalfScale, uint32_t (&pair)[2]) const {
    pair[0] = pairs_[2 * k], pair[1] = pairs_[2 * k + 1];
  }

 private:
  uint32_t pairs_[kGranule / 2];
};

// Float32 and float16 as two bfloat16, what rounding leaves in the second: the products of the
// upper parts, of the weight's upper with the activation's lower, and the other way round.
template <class Element>
class SplitSource {
 public:
  static constexpr bool kIsScaled = false;
  static constexpr int kPasses = 3;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int pass) {
    const auto* values = reinterpret_cast<const Element*>(row);
    const auto part = [&](int i) {
      const float value = i < columns ? Floats<Element>::value(values[i]) : 0.0f;
      return pass < kPasses - 1 ? value : value - to_float(to_bf16(value));
    };
#pragma unroll
    for (int i = 0; i < kGranule / 2; ++i) {
      pairs_[i] = pack_bf16(part(column + 2 * i), part(column + 2 * i + 1));
    }
  }
  __device__ __forceinline__ void pairs(int k, HalfScale, uint32_t (&pair)[2]) const {
    pair[0] = pairs_[2 * k], pair[1] = pairs_[2 * k + 1];
  }

 private:
  uint32_t pairs_[kGranule / 2];
};

}  // namespace kt::cuda
