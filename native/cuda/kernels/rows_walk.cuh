// SPDX-License-Identifier: Apache-2.0
// What a block of the row product does, tile after tile, and the copies of weights that run ahead.
#pragma once

#include "row_weights.cuh"
#include "rows.h"

namespace kt::cuda {

constexpr int kWarps = 16;
constexpr int kThreads = kWarps * kLanes;
constexpr int kBytesAhead = 4096;  // of weights that a warp copies ahead, about

// A block's pairs of rows of one matrix, and the tokens that meet them together.
struct Tile {
  int matrix;
  int begin, end;    // pairs of rows
  int first, count;  // tokens, or places in the plan
};

// A block's tiles. All blocks have equal shares of all pairs of all matrices, in their order; or,
// where outputs are added to, of the pairs of every matrix.
template <int T>
class Walk {
 public:
  __device__ explicit Walk(const RowProduct& a) : a_(a) {
    const int matrices = a.plan ? a.plan[a.experts + 1 + a.plan_pairs] : a.matrices;
    const int64_t all = a.owns_rows() ? a.pairs : int64_t{a.pairs} * matrices;
    begin_ = static_cast<int>(all * blockIdx.x / gridDim.x);
    end_ = static_cast<int>(all * (blockIdx.x + 1) / gridDim.x);
    at_ = a.owns_rows() ? 0 : begin_ / a.pairs;
    last_ = a.owns_rows() ? matrices : (end_ + a.pairs - 1) / a.pairs;
    if (begin_ == end_) last_ = at_;
  }

  // Rows of the block if it owns them.
  __device__ int first_row() const { return begin_ * 2; }
  __device__ int last_row() const { return min(end_ * 2, a_.outputs); }

  __device__ bool next(Tile& tile) {
    for (; at_ < last_; ++at_, token_ = 0) {
      int first = 0, tokens = a_.tokens;
      tile.matrix = at_;
      if (a_.plan) {
        tile.matrix = a_.plan[a_.experts + 1 + a_.plan_pairs + 1 + at_];
        first = a_.plan[tile.matrix];
        tokens = a_.plan[tile.matrix + 1] - first;
      }
      if (token_ >= tokens) continue;
      const int before = a_.owns_rows() ? 0 : at_ * a_.pairs;
      tile.begin = max(begin_ - before, 0);
      tile.end = min(end_ - before, a_.pairs);
      tile.first = first + token_;
      tile.count = min(tokens - token_, min(a_.tokens, T));
      token_ += tile.count;
      return true;
    }
    return false;
  }

 private:
  const RowProduct& a_;
  int begin_, end_;
  int at_, last_, token_ = 0;
};

// A warp's steps in the order in which it takes them. Of each pair it has every splits-th.
template <int T>
class Steps {
 public:
  __device__ Steps(const RowProduct& a, int steps)
      : a_(a),
        walk_(a),
        steps_(steps),
        warp_(static_cast<int>(threadIdx.x) / kLanes),
        step_(warp_ % a.splits) {
    begin_tile();
  }
  __device__ bool is_over() const { return is_over_; }
  __device__ int matrix() const { return tile_.matrix; }
  __device__ int pair() const { return pair_; }
  __device__ int step() const { return step_; }

  __device__ void advance() {
    step_ += a_.splits;
    if (step_ < steps_) return;
    step_ = warp_ % a_.splits;
    pair_ += kWarps / a_.splits;
    if (pair_ >= tile_.end) begin_tile();
  }

 private:
  __device__ void begin_tile() {
    do {
      is_over_ = !walk_.next(tile_);
      pair_ = tile_.begin + warp_ / a_.splits;
    } while (!is_over_ && pair_ >= tile_.end);
  }

  const RowProduct& a_;
  Walk<T> walk_;
  Tile tile_ = {};
  int steps_, warp_, step_, pair_ = 0;
  bool is_over_ = false;
};

// A warp's weights in shared memory, some steps ahead: all lanes copy, all read.
template <class Rows>
class Ring {
 public:
  // A row lies as far behind a multiple of 16 bytes as in the matrix.
  static constexpr int kRowBytes =
      Rows::kAlignment == 16 ? Rows::kStepBytes : Rows::kStepBytes / 16 * 16 + 48;
  static constexpr int kStageBytes = 2 * kRowBytes;
  static constexpr int kFit = kBytesAhead / kStageBytes;
  static constexpr int kStages = kFit < 2 ? 2 : kFit > 4 ? 4 : kFit;
  static constexpr int kBytes = kStages * kStageBytes;

  __device__ Ring(const RowProduct& a, unsigned char* memory)
      : a_(a), memory_(memory), lane_(static_cast<int>(threadIdx.x) % kLanes) {}

  // Where row r of a pair begins. An odd last row is its own neighbour, whose sums go nowhere.
  __device__ const uint8_t* row(int matrix, int pair, int r) const {
    const bool is_missing = a_.then != Then::kActivate && 2 * pair + r >= a_.outputs;
    return a_.rows[is_missing ? 0 : r] + matrix * a_.matrix_bytes + pair * a_.pair_bytes;
  }

  // Begins to copy what `steps` stand at, and takes them on.
  template <int T>
  __device__ void copy(Steps<T>& steps, int64_t row_bytes) {
    if (!steps.is_over()) {
      const int64_t begin = int64_t{steps.step()} * Rows::kStepBytes;
      const int64_t bytes = min(row_bytes - begin, int64_t{Rows::kStepBytes});
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        copy_row(row(steps.matrix(), steps.pair(), r) + begin, static_cast<int>(bytes),
                 memory_ + next_ * kStageBytes + r * kRowBytes);
      }
      steps.advance();
    }
    commit_copies();
    next_ = next_ + 1 < kStages ? next_ + 1 : 0;
  }

  // Waits for the oldest step.
  __device__ void wait() {
    wait_copies<kStages - 2>();
    __syncwarp();
  }
  // Where row r of it lies, which is at `from` in the matrix.
  __device__ const uint8_t* oldest(int r, const uint8_t* from) const {
    return memory_ + oldest_ * kStageBytes + r * kRowBytes + past(from);
  }
  __device__ void drop_oldest() { oldest_ = oldest_ + 1 < kStages ? oldest_ + 1 : 0; }

 private:
  __device__ static int past(const uint8_t* from) {
    if constexpr (Rows::kAlignment == 16) return 0;
    return static_cast<int>(reinterpret_cast<uintptr_t>(from) % 16);
  }

  __device__ void copy_row(const uint8_t* from, int bytes, unsigned char* to) const {
    const int before = past(from), chunks = (before + bytes + 15) / 16;
    constexpr int kMostChunks = kRowBytes / 16;
#pragma unroll
    for (int i = 0; i < kMostChunks; i += kLanes) {
      const int chunk = i + lane_;
      if (chunk < chunks) copy_async16(to + 16 * chunk, from - before + 16 * chunk);
    }
  }

  const RowProduct& a_;
  unsigned char* memory_;
  int lane_, next_ = 0, oldest_ = 0;
};

}  // namespace kt::cuda
