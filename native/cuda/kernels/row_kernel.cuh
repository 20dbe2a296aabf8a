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
//   by memory on cards for desks, by operations on an H200: those of integers, 64 a cycle, keep
//   their units busy 64 % (Q2_K) to 73 % (IQ4_XS) of the time there, and what is read comes to half
//   of the copy rate where a byte has more weights (Q2_K, Q3_K) or they are looked up (IQ4_XS).
//   Roofline of 7168 x 2048 in Q4_K, 8.3 MB: 8.8 us (3090), 8.2 (4090), 4.6 (5090), 1.9 (H200); of
//   V3's eight experts' gate and up, 132 MB: 141, 131, 74, 31 us.
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
        partial_(x_ + token_floats() * x_rows(a)),
        warp_(static_cast<int>(threadIdx.x) / kLanes),
        lane_(static_cast<int>(threadIdx.x) % kLanes),
        steps_((a.columns + Rows::kColumns - 1) / Rows::kColumns),
        ring_(a, reinterpret_cast<unsigned char*>(partial_ + partial_floats(a)) +
                     warp_ * Ring<Rows, T>::kBytes) {}

  // Rows of activations in shared memory.
  __host__ __device__ static constexpr int x_rows(const RowProduct& a) {
    return a.together ? a.together : padded<T>(a.tokens);
  }
  __host__ __device__ static constexpr int partial_floats(const RowProduct& a) {
    if (a.together) return (a.plan_pairs * pair_floats(a) + kQuad - 1) / kQuad * kQuad;
    return a.split_bits ? kWarps<T> * 2 * T : 0;
  }

  __device__ void run() {
    if (T == 1 && a_.together) {
      run_ahead();
    } else {
      run_tiles();
    }
    wait_copies<0>();
  }

 private:
  static constexpr int kQuad = 4;

  // What a pair of the plan leaves: the shares of both rows of all warps, and the matrix.
  __host__ __device__ static constexpr int pair_floats(const RowProduct& a) {
    return (a.block_pairs * 2 << a.split_bits) + 1;
  }

  __device__ void run_tiles() {
    Walk<T> walk(a_);
    if (a_.owns_rows()) start(walk);
    Tile tile;
    while (walk.next(tile)) {
      const int together = kWarps<T> >> a_.split_bits;
      for (int pair = tile.begin; pair < tile.end; pair += together) {
        multiply(tile, pair + (warp_ >> a_.split_bits), pair == tile.begin);
      }
    }
  }

  // One token, whose pairs of the plan are tiles in their order: no warp waits for others between
  // two matrices. What they find is added up at the end, in the same order as tile by tile.
  __device__ void run_ahead() {
    Walk<T> walk(a_);
    Tile tile;
    const int pairs = a_.plan[a_.experts];
    for (int first = 0; first < pairs; first += a_.together) {
      const int count = min(a_.together, pairs - first);
      __syncthreads();
      bring_rows(first, count);
      __syncthreads();
      for (int i = 0; i < count && walk.next(tile); ++i) {
        float* const found = partial_ + (first + i) * pair_floats(a_);
        if (threadIdx.x == 0) found[pair_floats(a_) - 1] = __uint_as_float(tile.matrix);
        for (int pair = tile.begin + (warp_ >> a_.split_bits); pair < tile.end;
             pair += kWarps<T> >> a_.split_bits) {
          Sums<T> sums = {};
          add_steps(tile, pair, 0, steps_, sums, x_ + i * token_floats());
          add_lanes(1, sums);
          const int at = ((pair - tile.begin) * 2 << a_.split_bits) + split();
          if (lane_ == 0) found[at] = sums[0][0], found[at + (1 << a_.split_bits)] = sums[1][0];
        }
      }
    }
    __syncthreads();
    const int first = walk.first_row(), last = walk.last_row();
    for (int row = first + static_cast<int>(threadIdx.x); row < last; row += kThreads<T>) {
      a_.out[row] = add_pairs(row, (row - first) << a_.split_bits, pairs);
    }
  }

  // The output of a row, whose shares stand at `place` of each pair of the plan.
  __device__ float add_pairs(int row, int place, int pairs) const {
    float out = a_.start ? a_.start[row] : 0.0f;
#pragma unroll 4
    for (int p = 0; p < pairs; ++p) {
      const float* const found = partial_ + p * pair_floats(a_);
      float value = found[place];
      for (int s = 1; s < 1 << a_.split_bits; ++s) value += found[place + s];
      const int matrix = static_cast<int>(__float_as_uint(found[pair_floats(a_) - 1]));
      value = with_bias(a_.bias[0], a_, matrix, row, value);
      out = fmaf(a_.weights[a_.plan[a_.experts + 1 + p]], value, out);
    }
    return out;
  }

  // Whole rows of activations, of some pairs of the plan, to shared memory.
  __device__ void bring_rows(int first, int count) {
    const int items = steps_ * kItems;
#pragma unroll 4
    for (int i = static_cast<int>(threadIdx.x); i < count * items; i += kThreads<T>) {
      const int row = i / items, step = i % items / kItems, item = i % kItems;
      const float* from = reinterpret_cast<const float*>(a_.x + (first + row) * a_.x_token);
      Rows::template put<T>(load_four(from, step * Rows::kColumns + Rows::column(item), a_.columns),
                            item, x_ + row * token_floats() + step * Rows::kStepFloats);
    }
  }

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
        int column = (first + step) * Rows::kColumns + Rows::column(item);
        if (T == 1 && a_.fold_bits) column &= (a_.columns >> a_.fold_bits) - 1;
        Rows::template put<T>(load_four(row, column, a_.columns), item,
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
      if (pair < tile.end) add_steps(tile, pair, first, first + count, sums, x_);
    }
    add_lanes(tile.count, sums);
    if (a_.split_bits) add_warps(sums);
    if (pair < tile.end && split() == 0) finish_tokens(tile, pair, sums);
  }

  // x: the activations from step `first` on.
  __device__ void add_steps(const Tile& tile, int pair, int first, int last, Sums<T>& sums,
                            const float* x) {
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
                                 x + (step - first) * Rows::kStepFloats, token_floats(), tile.count,
                                 sums);
      ring_.drop_oldest();
    }
  }

  // Of rows that follow each other as one, each has lanes of its own.
  __device__ int row_lanes() const { return kLanes >> a_.fold_bits; }

  __device__ void add_lanes(int count, Sums<T>& sums) {
    if (T == 1 && a_.fold_bits) {
      for (int lanes = row_lanes() / 2; lanes; lanes /= 2) {
        for (int r = 0; r < 2; ++r) sums[r][0] += __shfl_xor_sync(0xffffffffu, sums[r][0], lanes);
      }
      return;
    }
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
    if (T == 1 && a_.fold_bits) {
      for (int r = 0; r < 2; ++r) {
        const int row = ((2 * pair + r) << a_.fold_bits) + lane_ / row_lanes();
        if (lane_ % row_lanes() == 0) finish_row(a_, tile, row, tile.first, own[r]);
      }
      return;
    }
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

}  // namespace kt::cuda
