// SPDX-License-Identifier: Apache-2.0
// The tensor-core product: a block multiplies kTileRows rows of weights by up to kTokens tokens,
// kTileDepth columns at a time. Each warp has 32 rows and all tokens. A lane reads the weights that
// it multiplies, 16 columns of four rows, and unpacks them in registers; activations lie in shared
// memory, their columns in the order in which lanes want them (column_at).
//
// Of quantised types, a weight is scale * code + low in float16, in units of its row: powers of two
// that follow the scales, so that nothing overflows or gets lost, however large or small these are.
//
// COST for T tokens, N rows, C columns: 2 T N C operations. The weights are read once for every
// kTokens tokens, the activations (2 bytes) once for every kTileRows rows, mostly from the second
// cache. Of a step of a warp with 64 tokens and Q4_K: 64 mma, 16 ldmatrix, some 350 to read and
// unpack weights and their scales. 4096 tokens by 7168 x 18432 are 1.08 TFLOP, at 65 % of the peak
// 23 ms on a 3090, 10 on a 4090, 8 on a 5090; mma.sync reaches 639 of the 806 TFLOPS that an H200
// reaches otherwise: 1.7 ms. Few tokens are bound by memory: 74 MB of Q4_K take 80 us on a 3090, 74
// on a 4090, 42 on a 5090, 18 on an H200.
// ERROR quantised types: activations, scales, lows and weights are rounded to float16, by up to
// 2^-11; of 64 columns, scales of less than 2^-21 of the largest lose more. BF16: activations are
// rounded to bfloat16, by up to 2^-8. Float32 and float16 weights and their activations are taken
// in two parts of bfloat16, 2^-16. Sums are float32.
#pragma once

#include "activate.cuh"
#include "gemm_raw.cuh"
#include "row_unit.cuh"

namespace kt::cuda {

constexpr int kChunk = 8;  // values that are copied, or loaded by a lane, together
constexpr int kChunks = kTileDepth / kChunk;

// Activations of a step: rows of kTileDepth values, whose chunks are swapped so that those of eight
// rows that are read together lie in different banks.
template <int kTokens>
struct TileMemory {
  static constexpr int kStages = 3;
  uint16_t x[kStages][kTokens * kTileDepth];

  __device__ __forceinline__ uint16_t* at(int stage, int token, int chunk) {
    return x[stage] + token * kTileDepth + (chunk ^ token % kChunks) * kChunk;
  }
};

// The place of a block in the product.
struct TilePlace {
  TokenTile tile;
  int row, slice;  // first row of the block
  int64_t number;  // among the tiles, without slices
  bool exists;

  __device__ TilePlace(const TileArgs& a, int tile_tokens) {
    // Blocks that run at the same time share weights and activations: some tiles of tokens, then
    // the next rows.
    constexpr int kTogether = 8;
    const int rows_of_tile = a.second ? kTileRows / 2 : kTileRows;
    const int down = row_tiles(a.outputs, a.second != nullptr);
    const int bundle = static_cast<int>(blockIdx.x) / (kTogether * down);
    const int within = static_cast<int>(blockIdx.x) % (kTogether * down);
    const int left = a.most_tiles - bundle * kTogether;
    const int together = left < kTogether ? left : kTogether;
    const int number_of_tile = bundle * kTogether + within % together;
    row = within / together * rows_of_tile;
    slice = static_cast<int>(blockIdx.y);
    number = blockIdx.x;
    exists = !a.tiles || number_of_tile < *a.tile_count;
    if (!exists) return;
    if (a.tiles) {
      tile = a.tiles[number_of_tile];
      return;
    }
    const int tiles_of_matrix = (a.tokens + tile_tokens - 1) / tile_tokens;
    const int first = number_of_tile % tiles_of_matrix * tile_tokens;
    const int matrix = number_of_tile / tiles_of_matrix;
    const int count = a.tokens - first < tile_tokens ? a.tokens - first : tile_tokens;
    tile = {matrix, matrix * a.tokens + first, count, first};
  }
};

template <class Source, int kTokens>
class Tile {
  using Memory = TileMemory<kTokens>;
  static constexpr int kRowTiles = 2, kTokenTiles = kTokens / 8;
  static constexpr int kRows = 2 * kRowTiles;  // that a lane reads
  static constexpr int kMultiplies = kTileDepth / 16;
  static constexpr int kOwnCopies = (kTokens * kChunks + kTileThreads - 1) / kTileThreads;

 public:
  __device__ __forceinline__ Tile(const TileArgs& a, const TilePlace& place, Memory& memory)
      : a_(a), place_(place), memory_(memory) {
    const int64_t first = place.tile.matrix * a.matrix_bytes + place.row * a.row_bytes;
    weights_[0] = a.weight + first;
    weights_[1] = (a.second ? a.second : a.weight) + first;
    const int last = a.outputs - 1 - place.row;
    for (int r = 0; r < kRows; ++r) {
      rows_[r] = static_cast<int>(min(row_of_tile(r), last) * a.row_bytes);
    }
    const int chunk = thread() % kChunks * kChunk;
    x_ = a.x.values + int64_t{place.tile.from} * a.x.pitch + chunk;
    for (auto& rows : sums_) {
      for (auto& tokens : rows) {
        for (float& sum : tokens) sum = 0;
      }
    }
  }

  __device__ __forceinline__ void multiply() {
    const int steps = Source::kPasses * steps_of_pass();
    const int begin = static_cast<int>(int64_t{steps} * place_.slice / a_.slices);
    const int end = static_cast<int>(int64_t{steps} * (place_.slice + 1) / a_.slices);
#pragma unroll
    for (int i = 0; i < Memory::kStages - 1; ++i) bring_activations(begin + i, end, i);
    load(begin);
    int stage = 0;
#pragma unroll 1
    for (int step = begin; step < end; ++step) {
      scale_rows();
      wait_copies<Memory::kStages - 2>();
      __syncthreads();
      bring_activations(step + Memory::kStages - 1, end,
                        stage == 0 ? Memory::kStages - 1 : stage - 1);
      Source sources[kRows];
#pragma unroll
      for (int r = 0; r < kRows; ++r) sources[r] = sources_[r];
      load(step + 1 < end ? step + 1 : step);  // the last one again is not used
#pragma unroll
      for (int k = 0; k < kMultiplies; ++k) {
        Fragments weights;
        unpack(sources, k, weights);
        multiply(weights, stage, k);
      }
      stage = stage == Memory::kStages - 1 ? 0 : stage + 1;
    }
    wait_copies<0>();
    if constexpr (Source::kIsScaled) {
      for_sums([&](float& sum, int, int r, int) { sum *= units_[r].value(); });
    }
  }

  // Leaves this block's sums to the last one of its tile, which adds up all. Whether this is it.
  __device__ bool gather() {
    const int64_t tile_floats = int64_t{kTileRows} * kTokens;
    float* partials = a_.partials + place_.number * a_.slices * tile_floats + thread();
    float* own = partials + place_.slice * tile_floats;
    for_sums([&](float& sum, int i, int, int) { own[i * kTileThreads] = sum; });
    __threadfence();
    __syncthreads();
    auto* is_last = reinterpret_cast<int*>(&memory_);
    if (thread() == 0) {
      *is_last = atomicAdd(a_.tickets + place_.number, 1) == a_.slices - 1;
      if (*is_last) a_.tickets[place_.number] = 0;
    }
    __syncthreads();
    if (!*is_last) return false;
    __threadfence();
    for_sums([&](float& sum, int, int, int) { sum = 0; });
    for (int s = 0; s < a_.slices; ++s, partials += tile_floats) {
      for_sums([&](float& sum, int i, int, int) { sum += partials[i * kTileThreads]; });
    }
    return true;
  }

  // Eight lanes write neighbours in memory, all of a sector.
  __device__ void write() {
    float* out = a_.out + place_.tile.matrix * a_.out_matrix + place_.tile.out * a_.out_token;
#pragma unroll
    for (int n = 0; n < kTokenTiles; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int token = n * 8 + lane() % 4 * 2 + i % 2;
        if (token >= place_.tile.count) continue;
        const float unit = Source::kIsScaled ? a_.x.units[place_.tile.from + token] : 1;
        const float first = sums_[0][n][i] * unit, second = sums_[1][n][i] * unit;
        float* of_token = out + token * a_.out_token;
        write(of_token, row_of_tile(i / 2), first, second);
        if (!a_.second) write(of_token, row_of_tile(2 + i / 2), second, second);
      }
    }
  }

 private:
  // Weights of 16 columns and the warp's rows: lane l has rows l / 4 and l / 4 + 8 of both tiles.
  struct Fragments {
    uint32_t w[kRowTiles][4];
  };

  __device__ __forceinline__ static int thread() { return static_cast<int>(threadIdx.x); }
  __device__ __forceinline__ static int lane() { return thread() % 32; }
  __device__ __forceinline__ int steps_of_pass() const {
    return padded_columns(a_.columns) / kTileDepth;
  }

  // Of the lane's row r. Of two matrices, r 0 and 1 are of the first, 2 and 3 the same of the
  // other.
  __device__ __forceinline__ int row_of_tile(int r) const {
    const int warp = thread() / 32, within = lane() / 4 + r % 2 * 8;
    return a_.second ? warp * 16 + within : warp * 32 + r / 2 * 16 + within;
  }
  __device__ __forceinline__ void bring_activations(int step, int end, int stage) {
    if (step < end) {
      // Pass 1 of a split source meets the lower parts, which follow the upper ones.
      const int per_pass = steps_of_pass(), pass = Source::kPasses > 1 ? step / per_pass : 0;
      const int column = (step - (pass == 2 ? 2 : 0) * per_pass) * kTileDepth;
      const int last = place_.tile.count - 1;
#pragma unroll
      for (int i = 0; i < kOwnCopies; ++i) {
        const int token = (i * kTileThreads + thread()) / kChunks;
        if (kTokens * kChunks % kTileThreads == 0 || token < kTokens) {
          copy_async16(memory_.at(stage, token, thread() % kChunks),
                       x_ + min(token, last) * a_.x.pitch + column);
        }
      }
    }
    commit_copies();
  }

  __device__ __forceinline__ void load(int step) {
    const int per_pass = steps_of_pass(), pass = Source::kPasses > 1 ? step / per_pass : 0;
    const int column = (step - pass * per_pass) * kTileDepth + lane() % 4 * kGranule;
#pragma unroll
    for (int r = 0; r < kRows; ++r)
      sources_[r].load(weights_[r / 2] + rows_[r], a_.columns, column, pass);
  }

  // Makes factors of the scales that were read. Four lanes have a row, and one unit.
  __device__ __forceinline__ void scale_rows() {
    if constexpr (Source::kIsScaled) {
      Scale scales[kRows];
      float largest[kRows];
      bool fit = true;
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        scales[r] = sources_[r].scale();
        largest[r] = fmaxf(fabsf(scales[r].scale) * Source::kMostCode, fabsf(scales[r].low));
        fit = fit && units_[r].fits(largest[r]);
      }
      if (__any_sync(0xffffffffu, !fit)) change_units(largest);
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        const float scale = scales[r].scale * units_[r].inverse();
        const float low = scales[r].low * units_[r].inverse();
        factors_[r] = {pack_half(scale, scale), pack_half(low, low)};
      }
    }
  }
  __device__ __forceinline__ void change_units(float (&largest)[kRows]) {
    float by[kRows];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      for (int lanes = 1; lanes < 4; lanes *= 2) {
        largest[r] = fmaxf(largest[r], __shfl_xor_sync(0xffffffffu, largest[r], lanes));
      }
      by[r] = units_[r].follow(largest[r]);
    }
    for_sums([&](float& sum, int, int r, int) { sum *= by[r]; });
  }

  __device__ __forceinline__ void unpack(const Source (&sources)[kRows], int k,
                                         Fragments& weights) const {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      uint32_t pair[2];
      sources[r].pairs(k, factors_[r], pair);
      weights.w[r / 2][r % 2] = pair[0];
      weights.w[r / 2][r % 2 + 2] = pair[1];
    }
  }

  // Of the sums, a lane has its rows, and tokens l % 4 * 2 and the next of each eight.
  __device__ __forceinline__ void multiply(const Fragments& weights, int stage, int k) {
#pragma unroll
    for (int n = 0; n < kTokenTiles; n += 2) {
      uint32_t x[4];
      const int token = n * 8 + lane() / 16 * 8 + lane() % 8;
      ldmatrix_x4(x, memory_.at(stage, token, 2 * k + lane() / 8 % 2));
      const uint32_t pairs[2][2] = {{x[0], x[1]}, {x[2], x[3]}};
#pragma unroll
      for (int i = 0; i < 2; ++i) {
#pragma unroll
        for (int m = 0; m < kRowTiles; ++m) {
          if constexpr (Source::kIsScaled) {
            mma_half(sums_[m][n + i], weights.w[m], pairs[i]);
          } else {
            mma_bf16(sums_[m][n + i], weights.w[m], pairs[i]);
          }
        }
      }
    }
  }

  // Calls body(sum, number, row of the lane's, token of the tile).
  template <class Body>
  __device__ __forceinline__ void for_sums(const Body& body) {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
      for (int n = 0; n < kTokenTiles; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          body(sums_[m][n][i], (m * kTokenTiles + n) * 4 + i, 2 * m + i / 2,
               n * 8 + lane() % 4 * 2 + i % 2);
        }
      }
    }
  }
  // `second` is the other matrix' sum, if there is one.
  __device__ __forceinline__ void write(float* out, int row_of_tile, float sum,
                                        float second) const {
    const int row = place_.row + row_of_tile;
    if (row >= a_.outputs) return;
    if (a_.activates) {
      if (!a_.second) second = out[row];
      sum = activated(sum, second, int64_t{place_.tile.matrix} * a_.outputs + row);
    }
    out[row] = sum;
  }
  __device__ float activated(float gate, float up, int64_t row) const {
    return activate(a_.activation, gate + (a_.bias ? a_.bias[row] : 0.0f),
                    up + (a_.second_bias ? a_.second_bias[row] : 0.0f));
  }

  const TileArgs& a_;
  const TilePlace& place_;
  Memory& memory_;
  const uint8_t* weights_[kRowTiles];
  const uint16_t* x_;
  int rows_[kRows];
  Source sources_[kRows];
  RowUnit units_[kRows];
  HalfScale factors_[kRows];
  float sums_[kRowTiles][kTokenTiles][4];
};

// Whether unpacking is so short that tiles have all they need in registers.
template <class Source>
constexpr bool kIsLean = false;
template <>
constexpr bool kIsLean<Bf16Source<true>> = true;
template <>
constexpr bool kIsLean<BlockSource<BlockQ4_K>> = true;
template <>
constexpr bool kIsLean<BlockSource<BlockQ4_0>> = true;
template <>
constexpr bool kIsLean<BlockSource<BlockQ8_0>> = true;
template <int kGroup>
constexpr bool kIsLean<BlockSource<BlockQ4Group<kGroup>>> = true;

template <class Source, int kTokens>
__global__ void __launch_bounds__(kTileThreads, tiles_together(kTokens) - !kIsLean<Source>)
    tile_product(TileArgs args) {
  KT_SHARED(memory);
  const TilePlace place(args, kTokens);
  if (!place.exists) return;
  Tile<Source, kTokens> tile(args, place, *reinterpret_cast<TileMemory<kTokens>*>(memory));
  tile.multiply();
  if (args.slices > 1 && !tile.gather()) return;
  tile.write();
}

template <class Source, int kTokens>
void launch_tiles(Stream& stream, const TileArgs& args) {
  using Memory = TileMemory<kTokens>;
  static_assert(sizeof(Memory) <= 99 << 10);
  const int down = row_tiles(args.outputs, args.second != nullptr);
  KT_LAUNCH((tile_product<Source, kTokens>),
            dim3(static_cast<unsigned>(args.most_tiles * down), static_cast<unsigned>(args.slices)),
            kTileThreads, static_cast<int>(sizeof(Memory)), stream, args);
}

template <class Source>
void launch_tiles(Stream& stream, const TileArgs& args, int tile_tokens) {
  tile_tokens == kFewTileTokens ? launch_tiles<Source, kFewTileTokens>(stream, args)
                                : launch_tiles<Source, kMostTileTokens>(stream, args);
}

}  // namespace kt::cuda
