// SPDX-License-Identifier: Apache-2.0
// The tensor-core product: a block multiplies kTileRows rows of weights by up to kTokens tokens,
// kTileDepth columns at a time. Weights are unpacked once into shared memory as bfloat16: of
// quantised types the codes, which that holds exactly. Each of 4 x 2 warps multiplies 32 rows by
// half of the tokens. Scales and lows are applied in float32: of a group of columns with the codes
// q, the sums are scale * (q x) + low * (sum of x).
//
// COST for T tokens, N rows, C columns: 2 T N C operations. The weights are read once for every
// kTokens tokens, the activations (2 bytes) once for every kTileRows rows, mostly from the second
// cache. Of one step of a warp with 128 tokens: 64 mma, 256 fma for the scales of 32 columns (twice
// that with a low, or if they are of 16), 24 ldmatrix, some 150 to unpack; mma take 32 cycles each
// on GeForce cards, so the rest hides behind them: 4096 tokens by 7168 x 18432 are 1.08 TFLOP, at
// 65 % of the peak 23 ms on a 3090, 10 on a 4090, 8 on a 5090. On an H200 mma.sync reaches at most
// 62 % of its peak: 3 ms at 40 %. Few tokens are bound by memory: 74 MB of Q4_K take 80 us on a
// 3090, 74 on a 4090, 42 on a 5090, 18 on an H200.
// ERROR activations are rounded to bfloat16, by up to 2^-9 each; float32 and float16 weights and
// their activations are taken in two parts, 2^-16. Weights are exact, sums float32.
#pragma once

#include "activate.cuh"
#include "gemm_memory.cuh"

namespace kt::cuda {

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
  using Memory = TileMemory<Source, kTokens>;
  static constexpr int kGroups = Source::kGroups;
  static constexpr int kWarpRows = 32, kWarpTokens = kTokens / 2;
  static constexpr int kRowTiles = kWarpRows / 16, kTokenTiles = kWarpTokens / 8;

 public:
  __device__ __forceinline__ Tile(const TileArgs& a, const TilePlace& place, Memory& memory)
      : a_(a), place_(place), memory_(memory) {
    const int lane = thread() % 32, warp = thread() / 32;
    // Eight rows of the same half are stored together: no two in the same banks.
    row_ = warp * 16 + lane % 8 + lane / 16 * 8;
    half_ = lane / 8 % 2;
    source_row_ = weight_row(row_);
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
    bring_activations(begin, end, 0);
    bring_activations(begin + 1, end, 1);
    Source source;
    load(source, begin);
    store(source, begin, 0);
    for (int step = begin, stage = 0; step < end; ++step) {
      const int current = (step - begin) % 2;
      wait_copies<1>();
      __syncthreads();
      const int next = step + 1 < end ? step + 1 : step;  // the last one again is not used
      bring_activations(step + 2, end, stage == 0 ? 2 : stage - 1);
      load(source, next);
#pragma unroll 1
      for (int part = 0; part < kTileDepth / kBlock; ++part) multiply_part(current, stage, part);
      store(source, next, 1 - current);
      stage = stage == Memory::kStages - 1 ? 0 : stage + 1;
    }
    wait_copies<0>();
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

  // Through shared memory, so that neighbours in memory are written together.
  __device__ void write() {
    __syncthreads();
    auto& results = *reinterpret_cast<Results*>(&memory_);
    for_sums([&](float& sum, int, int row, int token) { results.at[token][row] = sum; });
    __syncthreads();
    float* out = a_.out + place_.tile.matrix * a_.out_matrix + place_.tile.out * a_.out_token;
    const int rows_of_tile = a_.second ? kTileRows / 2 : kTileRows;
    const int left = a_.outputs - place_.row, rows = left < rows_of_tile ? left : rows_of_tile;
    for (int i = thread(); i < place_.tile.count * rows_of_tile; i += kTileThreads) {
      const int token = i / rows_of_tile, row = i % rows_of_tile;
      if (row >= rows) continue;
      const int at = a_.second ? row / 16 * 32 + row % 16 : row;
      const float first = results.at[token][at];
      float& result = out[token * a_.out_token + place_.row + row];
      if (a_.activates) {
        const float second = a_.second ? results.at[token][at + 16] : result;
        result =
            activated(first, second, int64_t{place_.tile.matrix} * a_.outputs + place_.row + row);
      } else {
        result = first;
      }
    }
  }

 private:
  __device__ __forceinline__ static int thread() { return static_cast<int>(threadIdx.x); }
  __device__ __forceinline__ static int lane() { return thread() % 32; }
  __device__ __forceinline__ static int warp_row() { return thread() / 32 % 4; }
  __device__ __forceinline__ static int first_token() { return thread() / 128 * kWarpTokens; }
  __device__ __forceinline__ int steps_of_pass() const {
    return padded_columns(a_.columns) / kTileDepth;
  }

  // Of two matrices, every 32 rows of the tile are 16 of the first and the same of the second.
  __device__ const uint8_t* weight_row(int r) const {
    const bool is_second = a_.second && r / 16 % 2;
    const int row = place_.row + (a_.second ? r / 32 * 16 + r % 16 : r);
    const int existing = row < a_.outputs ? row : a_.outputs - 1;
    return (is_second ? a_.second : a_.weight) + place_.tile.matrix * a_.matrix_bytes +
           existing * a_.row_bytes;
  }
  __device__ __forceinline__ int x_row(int token) const {
    return place_.tile.from + (token < place_.tile.count ? token : place_.tile.count - 1);
  }

  __device__ __forceinline__ void bring_activations(int step, int end, int stage) {
    if (step < end) {
      // Pass 1 of a split source meets the lower parts, which follow the upper ones.
      const int per_pass = steps_of_pass(), pass = Source::kPasses > 1 ? step / per_pass : 0;
      const int column = (step - (pass == 2 ? 2 : 0) * per_pass) * kTileDepth;
      constexpr int kCopies = kTokens * kChunks;
#pragma unroll
      for (int i = 0; i < kCopies; i += kTileThreads) {
        const int copy = i + thread(), token = copy / kChunks, chunk = copy % kChunks;
        if (kCopies % kTileThreads != 0 && copy >= kCopies) break;
        copy_async16(memory_.x[stage].at(token, chunk),
                     a_.x.values + int64_t{x_row(token)} * a_.x.pitch + column + chunk * kChunk16);
      }
    }
    commit_copies();
  }

  __device__ __forceinline__ void load(Source& source, int step) {
    const int per_pass = steps_of_pass(), pass = Source::kPasses > 1 ? step / per_pass : 0;
    source.load(source_row_, a_.columns, (step - pass * per_pass) * kTileDepth, half_, pass);
  }

  // Also the sums of the activations of the step.
  __device__ __forceinline__ void store(const Source& source, int step, int stage) {
    source.store(memory_.weights[stage], row_, half_);
    if constexpr (Source::kHasLow) {
      constexpr int kEach = kTileDepth / kSumColumns / kGroups;  // sums to add up
#pragma unroll
      for (int i = 0; i < kGroups * kTokens; i += kTileThreads) {
        const int group = (i + thread()) / kTokens, token = (i + thread()) % kTokens;
        if (group >= kGroups) break;
        const float* sums =
            a_.x.sums + (int64_t{step} * kGroups + group) * kEach * a_.x.rows + x_row(token);
        memory_.sums[stage][group][token] = kEach == 2 ? sums[0] + sums[a_.x.rows] : sums[0];
      }
    }
  }

  // What the sums of a part's groups are multiplied by, for the rows that the lane has.
  struct Factors {
    static constexpr int kCount = kGroups > 0 ? kGroups * kBlock / kTileDepth : 1;
    float scale[kCount][kRowTiles][2], low[kCount][kRowTiles][2];
  };
  __device__ __forceinline__ void load_factors(Factors& factors, int stage, int part) {
    const auto& weights = memory_.weights[stage];
#pragma unroll
    for (int g = 0; g < Factors::kCount; ++g) {
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          const int row = warp_row() * kWarpRows + m * 16 + lane() / 4 + i * 8;
          const int group = part * Factors::kCount + g;
          factors.scale[g][m][i] = weights.scale[group][row];
          if constexpr (Source::kHasLow) factors.low[g][m][i] = weights.low[group][row];
        }
      }
    }
  }

  // Fragments: lane l has rows l / 4 and l / 4 + 8 of weights, columns l % 4 * 2 and the next, and
  // the same columns of token l / 4; of the sums those rows, and tokens l % 4 * 2 and the next.
  __device__ __forceinline__ void multiply_part(int weight_stage, int x_stage, int part) {
    auto& weights = memory_.weights[weight_stage];
    uint32_t w[kRowTiles][2][4];
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        const int row = warp_row() * kWarpRows + m * 16 + lane() % 16;
        ldmatrix_x4(w[m][k], weights.codes.at(row, part * 4 + k * 2 + lane() / 16));
      }
    }
    Factors factors;
    if constexpr (kGroups > 0) load_factors(factors, weight_stage, part);
#pragma unroll
    for (int n = 0; n < kTokenTiles; ++n) {
      uint32_t x[4];
      const int token = first_token() + n * 8;
      ldmatrix_x4(x, memory_.x[x_stage].at(token + lane() % 8, part * 4 + lane() / 8));
      const uint32_t pairs[2][2] = {{x[0], x[1]}, {x[2], x[3]}};
      if constexpr (kGroups == 0) {
#pragma unroll
        for (int m = 0; m < kRowTiles; ++m) {
          mma_bf16(sums_[m][n], w[m][0], pairs[0]);
          mma_bf16(sums_[m][n], w[m][1], pairs[1]);
        }
      } else {
        multiply_groups(w, pairs, factors, weight_stage, part, n);
      }
    }
  }

  __device__ __forceinline__ void multiply_groups(const uint32_t (&w)[kRowTiles][2][4],
                                                  const uint32_t (&pairs)[2][2],
                                                  const Factors& factors, int stage, int part,
                                                  int n) {
    constexpr int kCount = Factors::kCount, kEach = 2 / kCount;  // mma with the same scales
#pragma unroll
    for (int g = 0; g < kCount; ++g) {
      float2 of_tokens = make_float2(0, 0);
      if constexpr (Source::kHasLow) {
        const float* sums = memory_.sums[stage][part * kCount + g];
        of_tokens = *reinterpret_cast<const float2*>(sums + first_token() + n * 8 + lane() % 4 * 2);
      }
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
        float products[4] = {0, 0, 0, 0};
#pragma unroll
        for (int k = g * kEach; k < (g + 1) * kEach; ++k) mma_bf16(products, w[m][k], pairs[k]);
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          float& sum = sums_[m][n][i];
          sum = fmaf(factors.scale[g][m][i / 2], products[i], sum);
          if constexpr (Source::kHasLow) {
            sum = fmaf(factors.low[g][m][i / 2], i % 2 ? of_tokens.y : of_tokens.x, sum);
          }
        }
      }
    }
  }

  // Calls body(sum, number, row of the block's, token of it).
  template <class Body>
  __device__ __forceinline__ void for_sums(const Body& body) {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
      for (int n = 0; n < kTokenTiles; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          body(sums_[m][n][i], (m * kTokenTiles + n) * 4 + i,
               warp_row() * kWarpRows + m * 16 + lane() / 4 + i / 2 * 8,
               first_token() + n * 8 + lane() % 4 * 2 + i % 2);
        }
      }
    }
  }

  __device__ float activated(float gate, float up, int64_t row) const {
    return activate(a_.activation, gate + (a_.bias ? a_.bias[row] : 0.0f),
                    up + (a_.second_bias ? a_.second_bias[row] : 0.0f));
  }

  // Rows are padded so that what a warp writes together lies in different banks.
  struct Results {
    float at[kTokens][kTileRows + 4];
  };
  static_assert(sizeof(Results) <= sizeof(Memory));

  const TileArgs& a_;
  const TilePlace& place_;
  Memory& memory_;
  const uint8_t* source_row_;
  int row_, half_;
  float sums_[kRowTiles][kTokenTiles][4];
};

template <class Source, int kTokens>
__global__ void __launch_bounds__(kTileThreads, kTokens > 16 ? 1 : 2) tile_product(TileArgs args) {
  KT_SHARED(memory);
  const TilePlace place(args, kTokens);
  if (!place.exists) return;
  Tile<Source, kTokens> tile(args, place, *reinterpret_cast<TileMemory<Source, kTokens>*>(memory));
  tile.multiply();
  if (args.slices > 1 && !tile.gather()) return;
  tile.write();
}

template <class Source, int kTokens>
void launch_tiles(Stream& stream, const TileArgs& args) {
  using Memory = TileMemory<Source, kTokens>;
  static_assert(sizeof(Memory) <= 99 << 10);
  const int down = row_tiles(args.outputs, args.second != nullptr);
  KT_LAUNCH((tile_product<Source, kTokens>),
            dim3(static_cast<unsigned>(args.most_tiles * down), static_cast<unsigned>(args.slices)),
            kTileThreads, static_cast<int>(sizeof(Memory)), stream, args);
}

template <class Source>
void launch_tiles(Stream& stream, const TileArgs& args, int tile_tokens) {
  switch (tile_tokens) {
    case 16: return launch_tiles<Source, 16>(stream, args);
    case 64: return launch_tiles<Source, 64>(stream, args);
    default:
      if constexpr (Source::kGroups <= kTileDepth / kBlock) {
        launch_tiles<Source, kMostTileTokens>(stream, args);
      }
  }
}

}  // namespace kt::cuda
