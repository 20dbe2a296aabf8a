// SPDX-License-Identifier: Apache-2.0
// What a block of the row product does, tile after tile, and the copies of weights that run ahead.
#pragma once

#include "row_weights.cuh"
#include "rows.h"

namespace kt::cuda {

template <int T>
constexpr int kWarps = 16;  // of a block
template <int T>
constexpr int kThreads = kWarps<T> * kLanes;
constexpr int kMostSplits = 8;     // warps that share a pair
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
    matrices_ = a.plan ? a.plan[a.experts + 1 + a.plan_pairs] : a.matrices;
    const unsigned all = static_cast<unsigned>(a.owns_rows() ? a.pairs : a.pairs * matrices_);
    const unsigned share = all / gridDim.x, rest = all % gridDim.x;
    begin_ = static_cast<int>(share * blockIdx.x + min(blockIdx.x, rest));
    end_ = begin_ + static_cast<int>(share + (blockIdx.x < rest));
    at_ = a.owns_rows() || matrices_ == 1 ? 0 : begin_ / a.pairs;
  }

  // Rows of the block if it owns them.
  __device__ int first_row() const { return begin_ * 2; }
  __device__ int last_row() const { return min(end_ * 2, a_.outputs); }

  __device__ bool next(Tile& tile) {
    for (; at_ < matrices_; ++at_, token_ = 0) {
      const int before = a_.owns_rows() ? 0 : at_ * a_.pairs;
      if (before >= end_) break;
      int first = 0, tokens = a_.tokens;
      tile.matrix = at_;
      if (a_.plan) {
        tile.matrix = a_.plan[a_.experts + 1 + a_.plan_pairs + 1 + at_];
        first = a_.plan[tile.matrix];
        tokens = a_.plan[tile.matrix + 1] - first;
      }
      if (token_ >= tokens) continue;
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
  int at_, matrices_, token_ = 0;
};

// Where row r of a pair begins. An odd last row is its own neighbour, whose sums go nowhere.
__device__ inline const uint8_t* row_of(const RowProduct& a, int matrix, int pair, int r) {
  const bool is_missing = a.then != Then::kActivate && 2 * pair + r >= a.outputs;
  return a.rows[is_missing ? 0 : r] + matrix * a.matrix_bytes + pair * a.pair_bytes;
}

// A warp's weights in shared memory: all lanes copy some steps ahead, all read. The warp takes
// every splits-th step of its pairs, pair after pair.
template <class Rows, int T>
class Ring {
 public:
  // A row lies as far behind a multiple of 16 bytes as in the matrix.
  static constexpr bool kIsAligned = Rows::kAlignment == 16;
  static constexpr int kRowBytes = kIsAligned ? Rows::kStepBytes : Rows::kStepBytes / 16 * 16 + 48;
  static constexpr int kStageBytes = 2 * kRowBytes;
  static constexpr int kFit = kBytesAhead / kStageBytes;
  static constexpr int kStages = kFit < 2 ? 2 : kFit > 4 ? 4 : kFit;
  static constexpr int kBytes = kStages * kStageBytes;

  __device__ Ring(const RowProduct& a, unsigned char* memory)
      : a_(a),
        walk_(a),
        memory_(memory),
        row_bytes_(static_cast<int>(Rows::row_bytes(a.columns))),
        place_(static_cast<int>(threadIdx.x) / kLanes >> a.split_bits),
        begin_(static_cast<int>(threadIdx.x) / kLanes % (1 << a.split_bits) * Rows::kStepBytes),
        lane_(static_cast<int>(threadIdx.x) % kLanes) {
    begin_tile();
#pragma unroll 1
    for (int i = 0; i + 1 < kStages; ++i) copy();
  }

  // Waits for the oldest step, and begins to copy one more.
  __device__ void advance() {
    wait_copies<kStages - 2>();
    __syncwarp();
    copy();
  }
  // Where row r of the oldest step lies, which is at `from` in the matrix.
  __device__ const uint8_t* oldest(int r, const uint8_t* from) const {
    return memory_ + oldest_ + r * kRowBytes + past(from);
  }
  __device__ void drop_oldest() { oldest_ = following(oldest_); }

 private:
  __device__ static int following(int stage) {
    return stage == kBytes - kStageBytes ? 0 : stage + kStageBytes;
  }
  __device__ static int past(const uint8_t* from) {
    if constexpr (kIsAligned) return 0;
    return static_cast<int>(reinterpret_cast<uintptr_t>(from) % 16);
  }

  __device__ void copy() {
    if (!is_over_) {
#pragma unroll
      for (int r = 0; r < 2; ++r) copy_row(from_[r], memory_ + next_ + r * kRowBytes);
      next_step();
    }
    commit_copies();
    next_ = following(next_);
  }

  __device__ void copy_row(const uint8_t* from, unsigned char* to) const {
    const int before = past(from);
    const uint8_t* own = from - before + 16 * lane_;
    const int bytes = before + min(left_, Rows::kStepBytes) - 16 * lane_;
#pragma unroll
    for (int at = 0; at < kRowBytes; at += 16 * kLanes) {
      if (at < bytes) copy_async16(to + 16 * lane_ + at, own + at);
    }
  }

  __device__ void next_step() {
    const int bytes = Rows::kStepBytes << a_.split_bits;
    left_ -= bytes;
    if (left_ > 0) {
      from_[0] += bytes;
      from_[1] += bytes;
      return;
    }
    pair_ += kWarps<T> >> a_.split_bits;
    pair_ < tile_.end ? begin_pair() : begin_tile();
  }
  __device__ void begin_pair() {
    left_ = row_bytes_ - begin_;
    for (int r = 0; r < 2; ++r) from_[r] = row_of(a_, tile_.matrix, pair_, r) + begin_;
  }
  __device__ void begin_tile() {
    do {
      is_over_ = !walk_.next(tile_);
      pair_ = tile_.begin + place_;
    } while (!is_over_ && pair_ >= tile_.end);
    if (!is_over_) begin_pair();
  }

  const RowProduct& a_;
  Walk<T> walk_;
  Tile tile_ = {};
  unsigned char* memory_;
  const uint8_t* from_[2] = {};
  int row_bytes_;
  int place_, begin_;  // the warp's pair of those at a time, and its first byte of a row
  int lane_, pair_ = 0, left_ = 0, next_ = 0, oldest_ = 0;
  bool is_over_ = false;
};

}  // namespace kt::cuda
