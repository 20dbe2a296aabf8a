// SPDX-License-Identifier: Apache-2.0
// Products of many tokens on tensor cores: what one launch multiplies. gemm_tile.cuh has the
// kernel, gemm.cu and gemm_experts.cu make its arguments.
#pragma once

#include "../stream.h"
#include "kt/kernels.h"

namespace kt::cuda {

constexpr int kTileRows = 128;  // of weights that a block multiplies
constexpr int kTileDepth = 64;  // columns at a time
constexpr int kMostTileTokens = 128;
constexpr int kTileThreads = 256;

// Activations in bfloat16, rows padded with zeros to whole steps. For quantised weights also the
// sums of what was rounded over each kSumColumns columns; for others (`is_split`) what rounding
// left, rounded, in a second part of each row.
constexpr int kSumColumns = 16;
struct RoundedRows {
  uint16_t* values;  // [rows, pitch]
  float* sums;       // [columns / kSumColumns, rows]
  int rows, pitch;
};
__host__ __device__ constexpr int padded_columns(int columns) {
  return (columns + kTileDepth - 1) / kTileDepth * kTileDepth;
}
constexpr bool is_split(WeightType type) {
  return type == WeightType::kF32 || type == WeightType::kF16;
}
constexpr int rounded_pitch(int columns, WeightType type) {
  return padded_columns(columns) * (is_split(type) ? 2 : 1);
}
constexpr int64_t rounded_row_bytes(int columns, WeightType type) {
  return rounded_pitch(columns, type) * int64_t{sizeof(uint16_t)} +
         padded_columns(columns) / kSumColumns * int64_t{sizeof(float)};
}

// Tokens that meet the same matrix of several: rows from..from + count of the activations, and
// where their results begin.
struct TokenTile {
  int matrix, from, count, out;
};

// out[tile.out + n] = matrix * x[tile.from + n] for the tokens of every tile; or, if it
// `activates`, what becomes of that and of the second matrix' product, or of what out holds if
// there is none.
struct TileArgs {
  const uint8_t* weight;
  const uint8_t* second;  // or null
  int64_t row_bytes, matrix_bytes;
  int columns, outputs;  // of every matrix
  RoundedRows x;
  const TokenTile* tiles;  // or null: x has matrices * tokens rows, and so has out
  const int* tile_count;
  int most_tiles;  // all of them if `tiles` is null
  int tokens;
  float* out;
  int64_t out_token, out_matrix;
  bool activates;
  const float* bias;  // [matrices, outputs] or null
  const float* second_bias;
  Activation activation;
  // The columns may be cut into slices, whose last block to finish adds up what the others left.
  int slices;
  float* partials;
  int* tickets;  // one for each tile of tokens and rows
};
__host__ __device__ constexpr int row_tiles(int outputs, bool is_double) {
  const int rows = is_double ? kTileRows / 2 : kTileRows;
  return (outputs + rows - 1) / rows;
}
constexpr int64_t partial_bytes(int tile_tokens) {
  return int64_t{kTileRows} * tile_tokens * static_cast<int64_t>(sizeof(float));
}

// Types that have a scale for each 16 weights; the others have one for 32.
template <class Block>
constexpr bool kHasFineScales = false;
#define KT_FINE(name) \
  template <>         \
  constexpr bool kHasFineScales<Block##name> = true;
KT_FINE(Q2_K)
KT_FINE(Q3_K)
KT_FINE(Q6_K)
KT_FINE(IQ2_XS)
KT_FINE(IQ2_S)
KT_FINE(IQ1_M)
KT_FINE(NVFP4)
#undef KT_FINE
constexpr bool has_fine_scales(WeightType type) {
  switch (type) {
#define KT_CASE(name, number) \
  case WeightType::k##name: return kHasFineScales<Block##name>;
    KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
    default: return false;
  }
}

// Tokens of a tile for so many tokens of each matrix: 16, 64 or 128. With fine scales there are not
// registers enough for the last.
constexpr int tile_tokens_for(int64_t tokens, WeightType type) {
  return tokens <= 16 ? 16 : tokens <= 64 || has_fine_scales(type) ? 64 : kMostTileTokens;
}

void multiply_tiles(Stream& stream, const TileArgs& args, WeightType type, int tile_tokens);

// Row g * tokens + t is that of group g of token t, or of token pairs[t] / divisor.
struct RoundArgs {
  const float* x;
  int64_t x_token, x_group;  // strides
  const int32_t* pairs;      // or null
  int divisor, tokens, columns;
  bool is_split;
  RoundedRows out;
};
void round_rows(Stream& stream, const RoundArgs& args);

// Parts of the stream's scratch memory, one after another.
class Scratch {
 public:
  explicit Scratch(const Stream& stream) : next_(static_cast<uint8_t*>(stream.scratch())) {}

  template <class T>
  T* take(int64_t count) {
    constexpr int64_t kAlignment = 256;
    T* part = reinterpret_cast<T*>(next_);
    next_ += (count * static_cast<int64_t>(sizeof(T)) + kAlignment - 1) / kAlignment * kAlignment;
    return part;
  }
  RoundedRows take_rows(int rows, int columns, WeightType type) {
    const int pitch = rounded_pitch(columns, type);
    uint16_t* values = take<uint16_t>(int64_t{rows} * pitch);
    float* sums = take<float>(int64_t{rows} * (padded_columns(columns) / kSumColumns));
    return {values, sums, rows, pitch};
  }

 private:
  uint8_t* next_;
};

}  // namespace kt::cuda
