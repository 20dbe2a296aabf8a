// SPDX-License-Identifier: Apache-2.0
// Products of rows with up to four tokens at a time. A block keeps the tokens' activations in
// shared memory while its rows pass; a warp copies the bytes of a pair of rows ahead, makes factors
// of them, and multiplies these by all tokens.
//
// SHAPES any number of rows; columns are whole blocks; rows of any address for types whose blocks
// are
//   no multiple of 16 bytes (Q4_K, Q5_K: a multiple of 16).
// COST each weight byte is read once from memory for four tokens, in lines of 16 bytes a lane.
//   Operations a weight, all sorts, as compiled for one token: Q4_K 4.7, Q6_K 5.6, 2.3 of them the
//   factor and its product, 1.2 the scales; 1.1 more a token. A multiprocessor makes 128 a cycle,
//   and memory brings Q4_K weights for 5.6 a cycle (4090), 7.8 (5090), 12 (3090), 33 (H200): bound
//   by memory on cards for desks, by operations on an H200. Roofline of 7168 x 2048 in Q4_K, 8.3
//   MB: 8.8 us (3090), 8.2 (4090), 4.6 (5090), 1.9 (H200); of V3's eight experts' gate and up, 132
//   MB: 141, 131, 74, 31 us.
// ERROR that of float32 sums: a lane adds every 32nd granule, then lanes are added. For types with
//   a zero or a lowest value, the sums of codes and of that part are apart: up to four times that.
#pragma once

#include "row_ends.cuh"
#include "row_weights.cuh"
#include "rows.h"
#include "rows_walk.cuh"

namespace kt::cuda {

// Row t of the tile's activations.
__device__ inline const float* x_of(const RowProduct& a, const Tile& tile, int t) {
  const int place = tile.first + t;
  const int row =
      a.plan && a.x_of_tokens ? a.plan[a.experts + 1 + place] / a.pairs_per_token : place;
  const int64_t matrix = a.plan ? 0 : tile.matrix;
  return reinterpret_cast<const float*>(a.x + row * a.x_token + matrix * a.x_matrix);
}

// Four values from a column on; zeros behind the last.
__device__ inline float4 load_four(const float* row, int column, int columns) {
  if (!row || column >= columns) return make_float4(0, 0, 0, 0);
  const float* from = row + column;
  if (column + 4 <= columns && reinterpret_cast<uintptr_t>(from) % 16 == 0) {
    return __ldg(reinterpret_cast<const float4*>(from));
  }
  const auto at = [&](int i) { return column + i < columns ? __ldg(from + i) : 0.0f; };
  return make_float4(at(0), at(1), at(2), at(3));
}

// How many tokens' activations there must be for those of a tile: pairs of tokens are multiplied.
template <int T>
__host__ __device__ constexpr int padded(int tokens) {
  return T == 1 ? 1 : ((tokens < T ? tokens : T) + 1) / 2 * 2;
}

template <class Rows, int T>
class RowKernel {
 public:
  static constexpr int kBlockThreads = kThreads<T>;
  static constexpr int kItems = kLanes * Rows::kVectors;  // vectors of a step

  __device__ RowKernel(const RowProduct& a, unsigned char* shared)
      : a_(a),
        x_(reinterpret_cast<float*>(shared)),
        partial_(x_ + token_floats() * padded<T>(a.tokens)),
        warp_(static_cast<int>(threadIdx.x) / kLanes),
        lane_(static_cast<int>(threadIdx.x) % kLanes),
        steps_((a.columns + Rows::kColumns - 1) / Rows::kColumns),
        ring_(a, reinterpret_cast<unsigned char*>(partial_ + partial_floats(a)) +
                     warp_ * Ring<Rows, T>::kBytes) {}

  __host__ __device__ static constexpr int partial_floats(const RowProduct& a) {
    return a.split_bits ? kWarps<T> * 2 * T : 0;
  }

  __device__ void run() {
    Walk<T> walk(a_);
    if (a_.owns_rows()) start(walk);
    Tile tile;
    while (walk.next(tile)) {
      const int together = kWarps<T> >> a_.split_bits;
      for (int pair = tile.begin; pair < tile.end; pair += together) {
        multiply(tile, pair + (warp_ >> a_.split_bits), pair == tile.begin);
      }
    }
    wait_copies<0>();
  }

 private:
  __device__ int split() const { return warp_ & ((1 << a_.split_bits) - 1); }
  __device__ int token_floats() const { return a_.chunk_steps * Rows::kStepFloats; }

  // What is added to.
  __device__ void start(const Walk<T>& walk) {
    if (a_.start != a_.out) {
      for (int t = 0; t < a_.tokens; ++t) {
        for (int row = walk.first_row() + static_cast<int>(threadIdx.x); row < walk.last_row();
             row += kThreads<T>) {
          const int64_t at = t * a_.out_token + row;
          a_.out[at] = a_.start ? a_.start[at] : 0.0f;
        }
      }
    }
    __syncthreads();
  }

  // The activations of some steps to shared memory.
  __device__ void bring(const Tile& tile, int first, int count) {
    const int tokens = padded<T>(tile.count);
    for (int t = 0; t < tokens; ++t) {
      const float* row = t < tile.count ? x_of(a_, tile, t) : nullptr;
#pragma unroll(T == 1 ? 2 : 1)
      for (int i = static_cast<int>(threadIdx.x); i < count * kItems; i += kThreads<T>) {
        const int step = i / kItems, item = i % kItems;
        const int column = (first + step) * Rows::kColumns + Rows::column(item);
        Rows::put(load_four(row, column, a_.columns), item,
                  x_ + t * token_floats() + step * Rows::kStepFloats);
      }
    }
  }

  // The products of a pair of rows, the steps of a chunk at a time. All warps call.
  __device__ void multiply(const Tile& tile, int pair, bool is_first) {
    Sums<T> sums = {};
    for (int first = 0; first < steps_; first += a_.chunk_steps) {
      const int count = min(a_.chunk_steps, steps_ - first);
      if (is_first || steps_ > a_.chunk_steps) {
        __syncthreads();
        bring(tile, first, count);
        __syncthreads();
      }
      if (pair < tile.end) add_steps(tile, pair, first, first + count, sums);
    }
    add_lanes(tile.count, sums);
    if (a_.split_bits) add_warps(sums);
    if (pair < tile.end && split() == 0) finish_tokens(tile, pair, sums);
  }

  __device__ void add_steps(const Tile& tile, int pair, int first, int last, Sums<T>& sums) {
    const uint8_t* from[2];
    for (int r = 0; r < 2; ++r) from[r] = row_of(a_, tile.matrix, pair, r);
    const int splits = 1 << a_.split_bits;
    int step = (first & -splits) + split();
    for (step += step < first ? splits : 0; step < last; step += splits) {
      ring_.advance();
      const uint8_t* rows[2];
      for (int r = 0; r < 2; ++r) {
        rows[r] = ring_.oldest(r, from[r] + int64_t{step} * Rows::kStepBytes);
      }
      Rows::template multiply<T>(rows, a_.columns - step * Rows::kColumns,
                                 x_ + (step - first) * Rows::kStepFloats, token_floats(),
                                 tile.count, sums);
      ring_.drop_oldest();
    }
  }

  __device__ void add_lanes(int count, Sums<T>& sums) {
#pragma unroll
    for (int t = 0; t < T; ++t) {
      if (t > 1 && t >= count) break;
      sums[0][t] = warp_sum(sums[0][t]);
      sums[1][t] = warp_sum(sums[1][t]);
    }
  }

  // The shares of warps that split the columns, to the first of them.
  __device__ void add_warps(Sums<T>& sums) {
    if (lane_ == 0) {
      for (int r = 0; r < 2; ++r) {
        for (int t = 0; t < T; ++t) partial_[(warp_ * 2 + r) * T + t] = sums[r][t];
      }
    }
    __syncthreads();
    if (split() == 0) {
      for (int other = warp_ + 1; other < warp_ + (1 << a_.split_bits); ++other) {
#pragma unroll
        for (int r = 0; r < 2; ++r) {
#pragma unroll
          for (int t = 0; t < T; ++t) sums[r][t] += partial_[(other * 2 + r) * T + t];
        }
      }
    }
    __syncthreads();
  }

  // Lane t has token t.
  __device__ void finish_tokens(const Tile& tile, int pair, const Sums<T>& sums) {
    float own[2] = {sums[0][0], sums[1][0]};
#pragma unroll
    for (int t = 1; t < T; ++t) {
      if (lane_ == t) own[0] = sums[0][t], own[1] = sums[1][t];
    }
    if (lane_ < tile.count) finish(a_, tile, pair, lane_, own);
    __syncwarp();
  }

  const RowProduct& a_;
  float* x_;
  float* partial_;
  int warp_, lane_, steps_;
  Ring<Rows, T> ring_;
};

template <class Rows, int T>
__global__ void __launch_bounds__(RowKernel<Rows, T>::kBlockThreads, 1)
    multiply_rows_kernel(const RowProduct product) {
  KT_SHARED(shared);
  RowKernel<Rows, T>(product, shared).run();
}

// How many warps share a pair of rows: as many as make a block, which has so many pairs, take the
// fewest steps after each other.
inline int split_bits_for(int64_t pairs, int steps, int multiprocessors) {
  const int64_t share = (pairs + multiprocessors - 1) / multiprocessors;
  int best = 0;
  int64_t fewest = INT64_MAX;
  for (int bits = 0; 1 << bits <= kMostSplits && 1 << bits <= steps; ++bits) {
    const int64_t together = kWarps<1> >> bits, rounds = (share + together - 1) / together;
    const int64_t steps_of_warp = (steps + (1 << bits) - 1) >> bits;
    if (rounds * steps_of_warp < fewest) best = bits, fewest = rounds * steps_of_warp;
  }
  return best;
}

// What a block may have, of which every card has 99 KiB and some more. How much of the activations
// lies there at a time changes no sum.
inline int shared_bytes() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "device");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "device");
  return bytes;
}

template <class Rows, int T>
void launch_rows(Stream& stream, RowProduct a, int64_t parts) {
  const int steps = (a.columns + Rows::kColumns - 1) / Rows::kColumns;
  a.split_bits = split_bits_for(parts * a.pairs, steps, stream.multiprocessors());
  const int fixed = kWarps<T> * Ring<Rows, T>::kBytes +
                    RowKernel<Rows, T>::partial_floats(a) * static_cast<int>(sizeof(float));
  const int step_bytes = padded<T>(a.tokens) * Rows::kStepFloats * static_cast<int>(sizeof(float));
  const int fit = (shared_bytes() - fixed) / step_bytes;
  const int chunks = (steps + fit - 1) / fit;
  a.chunk_steps = (steps + chunks - 1) / chunks;
  const int64_t matrices = a.owns_rows() ? 1 : a.matrices;
  const int64_t tiles = ((a.pairs * matrices << a.split_bits) + kWarps<T> - 1) / kWarps<T>;
  const int64_t most = stream.multiprocessors();
  const auto blocks = static_cast<unsigned>(tiles < most ? tiles : most);
  KT_LAUNCH((multiply_rows_kernel<Rows, T>), dim3(blocks), dim3(kThreads<T>),
            fixed + a.chunk_steps * step_bytes, stream, a);
}

template <class Weight>
struct RowsOf {
  using Type = BlockRows<Weight>;
  static constexpr bool kIsFloat = false;
};
#define KT_FLOATS(Weight)                  \
  template <>                              \
  struct RowsOf<Weight> {                  \
    using Type = FloatRows<Weight>;        \
    static constexpr bool kIsFloat = true; \
  }
KT_FLOATS(float);
KT_FLOATS(Float16);
KT_FLOATS(Bf16);
#undef KT_FLOATS

// Whether a type of blocks has a kernel for one token: those that large models are made of.
template <class Block>
constexpr bool kIsFrequent = false;
template <>
constexpr bool kIsFrequent<BlockQ4_0> = true;
template <>
constexpr bool kIsFrequent<BlockQ8_0> = true;
template <>
constexpr bool kIsFrequent<BlockMXFP4> = true;
template <>
constexpr bool kIsFrequent<BlockQ2_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ3_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ4_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ5_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ6_K> = true;
template <>
constexpr bool kIsFrequent<BlockIQ4_XS> = true;

template <class Weight>
void multiply_rows(Stream& stream, const RowProduct& a, int64_t parts) {
  using Rows = typename RowsOf<Weight>::Type;
  if constexpr (RowsOf<Weight>::kIsFloat || kIsFrequent<Weight>) {
    if (a.tokens == 1) return launch_rows<Rows, 1>(stream, a, parts);
  }
  launch_rows<Rows, kMostTokens>(stream, a, parts);
}

}  // namespace kt::cuda
