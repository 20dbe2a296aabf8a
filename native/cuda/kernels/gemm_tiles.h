// SPDX-License-Identifier: Apache-2.0
// Products of many tokens on tensor cores: what one launch multiplies. gemm_tile.cuh has the
// kernel, gemm.cu and gemm_experts.cu make its arguments.
#pragma once

#include "../stream.h"
#include "kt/kernels.h"

namespace kt::cuda {

constexpr int kTileRows = 128;  // of weights that a block multiplies
constexpr int kTileDepth = 64;  // columns at a time
constexpr int kTileThreads = 128;
constexpr int kFewTileTokens = 16, kMostTileTokens = 64;
// Blocks that are to fit on a multiprocessor; one less where unpacking takes many registers.
__host__ __device__ constexpr int tiles_together(int tile_tokens) {
  return tile_tokens > kFewTileTokens ? 3 : 4;
}

// Activations, rows padded with zeros to whole steps, the columns of each step in the order of
// column_at. For quantised weights in float16, in units of the row; for others in bfloat16, and for
// those of `is_split` what rounding left, rounded, in a second part of each row.
struct RoundedRows {
  uint16_t* values;  // [rows, pitch]
  float* units;      // [rows]
  int rows, pitch;
};
__host__ __device__ constexpr int padded_columns(int columns) {
  return (columns + kTileDepth - 1) / kTileDepth * kTileDepth;
}
// Which column of a step stands at a place. A lane multiplies 16 columns that lie side by side, in
// eight pairs; what four lanes multiply at the same time stands side by side.
__host__ __device__ constexpr int column_at(int place) {
  return place / 2 % 4 * 16 + place / 8 * 2 + place % 2;
}
__host__ __device__ constexpr bool is_scaled(WeightType type) {
  return type != WeightType::kF32 && type != WeightType::kF16 && type != WeightType::kBF16;
}
__host__ __device__ constexpr bool is_split(WeightType type) {
  return type == WeightType::kF32 || type == WeightType::kF16;
}
constexpr int rounded_pitch(int columns, WeightType type) {
  return padded_columns(columns) * (is_split(type) ? 2 : 1);
}
constexpr int64_t rounded_row_bytes(int columns, WeightType type) {
  return rounded_pitch(columns, type) * int64_t{sizeof(uint16_t)} + int64_t{sizeof(float)};
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

// Tokens of a tile for so many tokens of each matrix.
constexpr int tile_tokens_for(int64_t tokens) {
  return tokens <= kFewTileTokens ? kFewTileTokens : kMostTileTokens;
}

void multiply_tiles(Stream& stream, const TileArgs& args, WeightType type, int tile_tokens);

// Row g * tokens + t is that of group g of token t, or of token pairs[t] / divisor.
struct RoundArgs {
  const float* x;
  int64_t x_token, x_group;  // strides
  const int32_t* pairs;      // or null
  int divisor, tokens, columns;
  WeightType type;  // that they will meet
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
    return {values, take<float>(rows), rows, pitch};
  }

 private:
  uint8_t* next_;
};

}  // namespace kt::cuda
