// SPDX-License-Identifier: Apache-2.0
// Sources of the types that most models consist of: what they load stays as it is until it is
// stored, so that nothing waits for memory before the products of a step are under way.
// gemm_weights.cuh says what sources are.
#pragma once

#include "gemm_weights.cuh"

namespace kt::cuda {

// Sixteen codes, four in a word, as columns of a row from chunk `chunk` on.
template <uint32_t kMask, int kZero, class Stage>
__device__ __forceinline__ void store_sixteen(Stage& stage, int row, int chunk,
                                              const uint32_t (&words)[4]) {
  stage.codes.store(row, chunk, eight_codes<kMask, kZero>(words[0], words[1]));
  stage.codes.store(row, chunk + 1, eight_codes<kMask, kZero>(words[2], words[3]));
}

// Q4_K, or with a fifth bit Q5_K. A thread has 16 columns of two parts that share bytes.
template <class Block, bool kHasFifth>
class PartPairSource {
 public:
  static constexpr int kGroups = 2, kPasses = 1;
  static constexpr bool kHasLow = true;

  __device__ __forceinline__ void load(const uint8_t* row, int, int column, int half, int) {
    const auto* block = reinterpret_cast<const Block*>(row) + column / Block::kWeights;
    pair_ = column % Block::kWeights / kTileDepth;
    head_ = *reinterpret_cast<const uint4*>(block);
    low_ = *reinterpret_cast<const uint4*>(block->q + pair_ * 32 + half * 16);
    if constexpr (kHasFifth) high_ = *reinterpret_cast<const uint4*>(block->high + half * 16);
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
    const uint32_t low[4] = {low_.x, low_.y, low_.z, low_.w};
    const uint32_t high[4] = {high_.x, high_.y, high_.z, high_.w};
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      uint32_t words[4];
#pragma unroll
      for (int w = 0; w < 4; ++w) {
        words[w] = low[w] >> (4 * i) & 0x0f0f0f0fu;
        if constexpr (kHasFifth) words[w] |= (high[w] >> (2 * pair_ + i) & 0x01010101u) << 4;
      }
      store_sixteen<31, 0>(stage, row, 4 * i + 2 * half, words);
    }
    // Scales and lows of six bits (decode_large.cuh), of part 2 * pair + half.
    const int shift = 8 * (2 * (pair_ & 1) + half);
    const uint32_t a = head_.y >> shift, b = head_.z >> shift, c = head_.w >> shift;
    const bool is_upper = pair_ >= 2;
    const uint32_t scale = is_upper ? (c & 15) | (a >> 2 & 48) : a & 63;
    const uint32_t low_scale = is_upper ? (c >> 4 & 15) | (b >> 2 & 48) : b & 63;
    const float d = half_to_float(static_cast<Half>(head_.x));
    const float dmin = half_to_float(static_cast<Half>(head_.x >> 16));
    stage.scale[half][row] = d * static_cast<float>(scale);
    stage.low[half][row] = -dmin * static_cast<float>(low_scale);
  }

 private:
  uint4 head_, low_, high_ = {};
  int pair_;
};

template <>
class BlockSource<BlockQ4_K> : public PartPairSource<BlockQ4_K, false> {};
template <>
class BlockSource<BlockQ5_K> : public PartPairSource<BlockQ5_K, true> {};

// Words from an address that is even: aligned ones are read, and shifted when they are used. What
// is not among them is not read.
template <int kCount>
class EvenWords {
 public:
  __device__ __forceinline__ void load(const uint8_t* from) {
    is_odd_ = (reinterpret_cast<uintptr_t>(from) & 2) != 0;
    const auto* words = reinterpret_cast<const uint32_t*>(from - (is_odd_ ? 2 : 0));
#pragma unroll
    for (int i = 0; i < kCount; ++i) aligned_[i] = words[i];
    aligned_[kCount] = *reinterpret_cast<const uint16_t*>(from + 4 * kCount - 2);
  }
  __device__ __forceinline__ uint32_t at(int i) const {
    return is_odd_ ? aligned_[i] >> 16 | aligned_[i + 1] << 16 : aligned_[i];
  }

 private:
  uint32_t aligned_[kCount + 1];
  bool is_odd_;
};

// A thread has 16 columns of two parts, whose upper bits share bytes.
template <>
class BlockSource<BlockQ6_K> {
 public:
  static constexpr int kGroups = 4, kPasses = 1;
  static constexpr bool kHasLow = false;

  __device__ __forceinline__ void load(const uint8_t* row, int, int column, int half, int) {
    const auto* block = reinterpret_cast<const BlockQ6_K*>(row) + column / BlockQ6_K::kWeights;
    const int step = column % BlockQ6_K::kWeights / kTileDepth, upper = step / 2;
    pair_ = step % 2;
    low_[0].load(block->low + upper * 64 + half * 16);
    low_[1].load(block->low + upper * 64 + 32 + half * 16);
    high_.load(block->high + upper * 32 + half * 16);
    scales_[0] = block->scales[4 * step + half];
    scales_[1] = block->scales[4 * step + 2 + half];
    d_ = block->d;
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      uint32_t words[4];
#pragma unroll
      for (int w = 0; w < 4; ++w) {
        words[w] = (low_[i].at(w) >> (4 * pair_) & 0x0f0f0f0fu) |
                   (high_.at(w) >> (4 * pair_ + 2 * i) & 0x03030303u) << 4;
      }
      store_sixteen<63, 32>(stage, row, 4 * i + 2 * half, words);
      stage.scale[2 * i + half][row] = half_to_float(d_) * static_cast<float>(scales_[i]);
    }
  }

 private:
  EvenWords<4> low_[2], high_;
  int8_t scales_[2];
  Half d_;
  int pair_;
};

// A thread has a block.
template <>
class BlockSource<BlockQ8_0> {
 public:
  static constexpr int kGroups = 2, kPasses = 1;
  static constexpr bool kHasLow = false;

  __device__ __forceinline__ void load(const uint8_t* row, int columns, int column, int half, int) {
    const int number = column / kBlock + half;
    exists_ = number * kBlock < columns;
    const auto* block = reinterpret_cast<const BlockQ8_0*>(row) + (exists_ ? number : 0);
    q_.load(reinterpret_cast<const uint8_t*>(block->q));
    d_ = block->d;
  }

  template <class Stage>
  __device__ __forceinline__ void store(Stage& stage, int row, int half) const {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      uint32_t words[4];
#pragma unroll
      for (int w = 0; w < 4; ++w) words[w] = q_.at(4 * i + w) ^ 0x80808080u;
      store_sixteen<255, 128>(stage, row, 4 * half + 2 * i, words);
    }
    stage.scale[half][row] = exists_ ? half_to_float(d_) : 0.0f;
  }

 private:
  EvenWords<8> q_;
  Half d_;
  bool exists_;
};

}  // namespace kt::cuda
