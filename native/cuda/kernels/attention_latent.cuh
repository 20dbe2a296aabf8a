// SPDX-License-Identifier: Apache-2.0
// Attention over latents on tensor cores: values are the first columns of their keys.
//
// A block has a tile of queries and goes through a section of the rows, sixteen at a time. What is
// read from shared memory must meet many queries, or that bounds it. So all warps work on the same
// rows, and divide them twice. Keys: four warps have each a quarter of the columns, and the same
// queries, which stay in registers. Values: each warp has some columns for all queries, whose sums
// stay in registers. In between, a warp adds up the quarters of the scores of eight queries and
// makes weights of them, while tensor cores work on the values of the rows before: keys are
// one block of rows ahead.
//
// COST Of a row of 576 values and a query: 2 * (576 + 512) operations; of 128 heads, 242 for a byte
// of BF16. 32768 rows are 9.1 G operations and 38 MB, bound by tensor cores: 128 us on a 3090, 55
// us on a 4090, 43 us on a 5090, 14 us on an H200, which takes 52 us. What bounds it there is
// latency: registers have room for two warps that share a tensor core, both wait at two barriers
// for each sixteen rows, and what stands between two products takes longer than they do. For 4096
// rows it takes 21 us: queries and sums of all blocks, 37 MB, then attention_merge, are most of
// that.
// ERROR Where rows are float16, queries and weights are rounded to 11 bits, at most 2^-12 of each;
// else these and rows to 8 bits, at most 2^-9. Sums are float32.
#pragma once

#include "../kernels.h"
#include "attention_softmax.cuh"
#include "attention_tiles.cuh"

namespace kt::cuda {

template <int kTileCount, int kWarpCount>
struct LatentShape {
  static constexpr int kKey = 576, kValue = 512;                     // the widest that fit
  static constexpr int kTiles = kTileCount, kQueries = 16 * kTiles;  // of a block
  static constexpr int kWarps = kWarpCount, kThreads = 32 * kWarps;
  static constexpr int kQuarters = 4, kGroups = kWarps / kQuarters;
  static constexpr int kOwnTiles = kTiles / kGroups;       // that a warp multiplies with keys
  static constexpr int kSteps = kKey / 16 / kQuarters;     // along them
  static constexpr int kValueTiles = kValue / 8 / kWarps;  // of a warp's columns
  static constexpr int kEights = kQueries / 8;             // of queries, each weighed by a warp
  static constexpr int kRows = 16, kStages = 4;
  static constexpr int kStageBytes = kRows * kKey * 2;
  static constexpr int kScoreBytes = kEights * kQuarters * 512;
  static constexpr int kWeightBytes = kTiles * 512, kFactorBytes = kQueries * 4;
  static constexpr int kBytes =
      kStages * kStageBytes + kScoreBytes + 2 * (kWeightBytes + kFactorBytes);
  static_assert(kBytes <= 99 * 1024);
  static_assert(kTiles % kGroups == 0 && kEights <= kWarps && kValueTiles % 4 == 0);
  static_assert(kOwnTiles * 16 * kKey * 2 <= 2 * kStageBytes);  // queries, before rows come there
  static constexpr int kBlocks = kWarps <= 4 ? 2 : 1;  // at a time, where there is so much memory
};

// What a block has in shared memory; of two blocks of rows what values are multiplied with.
template <class Shape>
struct LatentRoom {
  unsigned char* shared;

  __device__ __forceinline__ unsigned char* stage(int block) const {
    return shared + block % Shape::kStages * Shape::kStageBytes;
  }
  // Scores of eight queries by a quarter of the columns, lane by lane.
  __device__ __forceinline__ float4* scores(int eight, int quarter) const {
    return reinterpret_cast<float4*>(stage(0) + Shape::kStages * Shape::kStageBytes) +
           (eight * Shape::kQuarters + quarter) * 32;
  }
  // Weights of a tile of queries, lane by lane as mma takes them.
  __device__ __forceinline__ uint4* weights(int block, int tile) const {
    return reinterpret_cast<uint4*>(scores(Shape::kEights, 0)) +
           (block % 2 * Shape::kTiles + tile) * 32;
  }
  // What each query's sums must be scaled by before a block of rows.
  __device__ __forceinline__ float* factors(int block) const {
    return reinterpret_cast<float*>(weights(0, 2 * Shape::kTiles)) + block % 2 * Shape::kQueries;
  }
};

// A warp's part of a run of queries over some rows. kAreCopied: they are as they are wanted. That
// is a kernel of its own since what other rows take is three times as much code, and a block does
// not run for long.
template <class Shape, class Numbers, bool kAreCopied>
class LatentWarp {
 public:
  __device__ __forceinline__ LatentWarp(const AttentionArgs& a, const Run& run, int kv_head,
                                        Rows part, unsigned char* shared)
      : a_(a), run_(run), kv_head_(kv_head), part_(part), room_{shared} {}

  __device__ __forceinline__ void attend(bool has_sink) {
#pragma unroll 1
    for (int block = 0; block < 2; ++block) bring(block);
    take_queries(room_.stage(2));  // while rows are on their way
    start(has_sink);
#pragma unroll 1
    for (int block = -1; block < blocks_; ++block) {
      score(block + 1);
      if (block >= 0) multiply_values(block);
      weigh(block + 1);
    }
  }

  // Writes results, or what attention_merge makes them of.
  __device__ __forceinline__ void finish(int section, bool is_whole) {
    float* const factors = room_.factors(blocks_);
    if (weighs_) {
      const float total = quad_sum(total_);
      if (lane_ % 4 == 0) factors[own_query()] = is_whole ? 1.0f / total : 1.0f;
      if (!is_whole && lane_ % 4 == 0 && own_query() < run_.count) {
        float* const ends = section_row(a_, query(own_query()), section).ends;
        ends[0] = most_, ends[1] = total;
      }
    }
    __syncthreads();
#pragma unroll
    for (int tile = 0; tile < Shape::kTiles; ++tile) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int i = 16 * tile + 8 * half + lane_ / 4;
        if (i >= run_.count) continue;
        float* const out =
            is_whole ? out_row(a_, query(i)) : section_row(a_, query(i), section).sums;
        store_row(out, factors[i], tile, half);
      }
    }
  }

 private:
  static constexpr int kOwnQueries = 16 * Shape::kOwnTiles;

  __device__ __forceinline__ Query query(int i) const {
    return query_of(a_, kv_head_, run_.first + i);
  }
  // The one that the lane weighs, with three others.
  __device__ __forceinline__ int own_query() const { return 8 * warp_ + lane_ / 4; }
  __device__ __forceinline__ int first_row(int block) const {
    return part_.begin + block * Shape::kRows;
  }

  // Block after block.
  __device__ __forceinline__ void bring(int block) {
    if (block < blocks_) {
      const Rows rows{first_row(block), part_.end};
      if constexpr (kAreCopied) {
        copies_.copy(rows.end - rows.begin, room_.stage(block));
      } else {
        fetch<Numbers, Shape::kKey, Shape::kRows, Shape::kThreads>(rows_, rows, room_.stage(block));
      }
    }
    commit_copies();
  }

  // Group by group of warps, as there is no room for all.
  __device__ __forceinline__ void take_queries(unsigned char* tile) {
#pragma unroll 1
    for (int group = 0; group < Shape::kGroups; ++group) {
      if (group > 0) __syncthreads();  // nobody reads those before any more
      put_queries<Numbers, Shape::kKey, kOwnQueries, Shape::kThreads>(a_, run_, kv_head_,
                                                                      group * kOwnQueries, tile);
      __syncthreads();
      if (group != group_) continue;
#pragma unroll
      for (int own = 0; own < Shape::kOwnTiles; ++own) {
        const Chunks<Shape::kKey> chunks(tile, own * 16 + lane_ % 16, quarter_ * 2 + lane_ / 16);
#pragma unroll
        for (int step = 0; step < Shape::kSteps; ++step) {
          ldmatrix_x4(q_[own][step], chunks.at(step * Shape::kQuarters * 2));
        }
      }
    }
  }

  // No rows yet, but a sink if the part begins with the first section.
  __device__ __forceinline__ void start(bool has_sink) {
    const bool has = has_sink && weighs_ && own_query() < run_.count;
    most_ = has ? a_.sinks[query(own_query()).head] : kLowest;
    total_ = has && lane_ % 4 == 0 ? 1.0f : 0.0f;
#pragma unroll
    for (auto& tile : sums_) {
#pragma unroll
      for (auto& sums : tile) sums[0] = sums[1] = sums[2] = sums[3] = 0;
    }
  }

  // Quarters of the scores of a block of rows, of which one further may then be brought.
  __device__ __forceinline__ void score(int block) {
    wait_copies<1>();
    __syncthreads();  // the block is there; weights of the one before, too; older ones are done
    bring(block + 2);
    if (block < blocks_) multiply_keys(block);
    __syncthreads();
  }

  __device__ __forceinline__ void multiply_keys(int block) const {
    float scores[Shape::kOwnTiles][2][4] = {};
    const Chunks<Shape::kKey> chunks(room_.stage(block), lane_ % 8 + lane_ / 16 * 8,
                                     quarter_ * 2 + lane_ / 8 % 2);
    ahead<Shape::kSteps>(
        [&](int step, uint32_t (&b)[4]) { ldmatrix_x4(b, chunks.at(step * Shape::kQuarters * 2)); },
        [&](int step, const uint32_t (&b)[4]) {
#pragma unroll
          for (int own = 0; own < Shape::kOwnTiles; ++own) {
            Numbers::mma(scores[own][0], q_[own][step], {b[0], b[1]});
            Numbers::mma(scores[own][1], q_[own][step], {b[2], b[3]});
          }
        });
#pragma unroll
    for (int own = 0; own < Shape::kOwnTiles; ++own) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const float *x = scores[own][0] + 2 * half, *y = scores[own][1] + 2 * half;
        const int eight = (group_ * Shape::kOwnTiles + own) * 2 + half;
        room_.scores(eight, quarter_)[lane_] = {x[0], x[1], y[0], y[1]};
      }
    }
  }

  // Makes weights of the scores of the warp's eight queries. A lane has rows `lane % 4 * 2`, the
  // next one, and those eight further.
  __device__ __forceinline__ void weigh(int block) {
    if (block >= blocks_ || !weighs_) return;
    float scores[4] = {};
#pragma unroll
    for (int quarter = 0; quarter < Shape::kQuarters; ++quarter) {
      const float4 some = room_.scores(warp_, quarter)[lane_];
      scores[0] += some.x, scores[1] += some.y, scores[2] += some.z, scores[3] += some.w;
    }
    hide(first_row(block), scores);
    const float largest = quad_max(fmaxf(fmaxf(scores[0], scores[1]), fmaxf(scores[2], scores[3])));
    const float now = largest > most_ + kSlack ? largest : most_;
    const float factor = exponential(most_ - now);
#pragma unroll
    for (float& score : scores) score = exponential(score - now);
    const uint32_t low = Numbers::pack(scores[0], scores[1]);
    const uint32_t high = Numbers::pack(scores[2], scores[3]);
    most_ = now;
    total_ = total_ * factor + Numbers::sum(scores[0], scores[1], low) +
             Numbers::sum(scores[2], scores[3], high);
    uint4* const tile = room_.weights(block, warp_ / 2) + lane_;
    uint32_t* const weights = reinterpret_cast<uint32_t*>(tile) + warp_ % 2;
    weights[0] = low, weights[2] = high;
    if (lane_ % 4 == 0) room_.factors(block)[own_query()] = factor;
  }

  // Rows from `first` on that are not seen get no weight.
  __device__ __forceinline__ void hide(int first, float (&scores)[4]) const {
    if (first >= run_.common.begin && first + Shape::kRows <= run_.common.end) return;
    const bool is_there = own_query() < run_.count;
    const Rows seen = is_there ? seen_rows(a_, query(own_query()).token) : Rows{0, 0};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = first + lane_ % 4 * 2 + i % 2 + i / 2 * 8;
      if (row < seen.begin || row >= seen.end) scores[i] = -INFINITY;
    }
  }

  // Sums of weighted values of a block of rows.
  __device__ __forceinline__ void multiply_values(int block) {
    uint32_t weights[Shape::kTiles][4];
    float factors[Shape::kTiles][2];
    bool changes = false;
#pragma unroll
    for (int tile = 0; tile < Shape::kTiles; ++tile) {
      const uint4 w = room_.weights(block, tile)[lane_];
      weights[tile][0] = w.x, weights[tile][1] = w.y, weights[tile][2] = w.z;
      weights[tile][3] = w.w;
      const float* const factor = room_.factors(block) + 16 * tile + lane_ / 4;
      factors[tile][0] = factor[0], factors[tile][1] = factor[8];
      changes |= factors[tile][0] != 1 || factors[tile][1] != 1;
    }
    if (__any_sync(0xffffffffu, changes)) {
#pragma unroll
      for (int tile = 0; tile < Shape::kTiles; ++tile) scale_sums(sums_[tile], factors[tile]);
    }
    const Chunks<Shape::kKey> chunks(room_.stage(block), lane_ % 16,
                                     warp_ * Shape::kValueTiles + lane_ / 16);
    ahead<Shape::kValueTiles / 2, 1>(
        [&](int pair, uint32_t (&b)[4]) { ldmatrix_x4_trans(b, chunks.at(2 * pair)); },
        [&](int pair, const uint32_t (&b)[4]) {
#pragma unroll
          for (int tile = 0; tile < Shape::kTiles; ++tile) {
            Numbers::mma(sums_[tile][2 * pair], weights[tile], {b[0], b[1]});
            Numbers::mma(sums_[tile][2 * pair + 1], weights[tile], {b[2], b[3]});
          }
        });
  }

  // The warp's columns of a query's sums.
  __device__ __forceinline__ void store_row(float* out, float factor, int tile, int half) const {
    const int first = warp_ * Shape::kValueTiles * 8 + lane_ % 4 * 2, size = a_.value_size;
    if (size % 2 == 0 && reinterpret_cast<uintptr_t>(out) % sizeof(float2) == 0) {
#pragma unroll
      for (int n = 0; n < Shape::kValueTiles; ++n) {
        const float* const sums = sums_[tile][n] + 2 * half;
        const int column = first + 8 * n;
        if (column < size) {
          *reinterpret_cast<float2*>(out + column) = {factor * sums[0], factor * sums[1]};
        }
      }
      return;
    }
#pragma unroll
    for (int n = 0; n < Shape::kValueTiles; ++n) {
      const float* const sums = sums_[tile][n] + 2 * half;
      const int column = first + 8 * n;
      if (column < size) out[column] = factor * sums[0];
      if (column + 1 < size) out[column + 1] = factor * sums[1];
    }
  }

  const AttentionArgs& a_;
  const Run& run_;
  const int kv_head_;
  const Rows part_;
  const LatentRoom<Shape> room_;
  const CacheRows rows_ = rows_of(a_, a_.k, a_.k_row_bytes, a_.k_head_bytes, kv_head_, a_.key_size);
  RowCopies<Shape::kKey, Shape::kRows, Shape::kThreads> copies_{rows_, part_.begin};
  const int blocks_ = (part_.end - part_.begin + Shape::kRows - 1) / Shape::kRows;
  const int warp_ = threadIdx.x / 32, lane_ = threadIdx.x % 32;
  const int quarter_ = warp_ % Shape::kQuarters, group_ = warp_ / Shape::kQuarters;
  const bool weighs_ = warp_ < Shape::kEights;
  uint32_t q_[Shape::kOwnTiles][Shape::kSteps][4];
  float sums_[Shape::kTiles][Shape::kValueTiles][4];
  // Of the lane's own query. The total is the lane's part.
  float most_, total_;
};

// Grid: tiles, key heads, sections. Tiles that see most begin first.
template <class Shape, class Numbers, bool kAreCopied>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kBlocks)
    attention_latent_kernel(AttentionArgs a) {
  KT_SHARED(shared);
  const int sections = sections_of(a), section = blockIdx.z, kv_head = blockIdx.y;
  if (section >= sections) return;
  const int tile = gridDim.x - 1 - blockIdx.x, queries = a.tokens * (a.heads / a.kv_heads);
  const int end = smaller(queries, (tile + 1) * Shape::kQueries);
  for (int first = tile * Shape::kQueries; first < end;) {
    const Run run = run_from(a, first, end);
    const Rows part = section_of(run.read, Shape::kRows, section, sections);
    LatentWarp<Shape, Numbers, kAreCopied> warp(a, run, kv_head, part, shared);
    warp.attend(a.sinks != nullptr && section == 0);
    warp.finish(section, sections == 1);
    first += run.count;
    __syncthreads();  // nobody reads of this run any more
  }
}

// Whether rows of all key heads are floats of 16 bits, in whole chunks.
inline bool are_copied(const AttentionArgs& a) {
  const bool are_short = a.type == CacheType::kBf16 || a.type == CacheType::kF16;
  return are_short && a.k_head_bytes % 16 == 0 &&
         is_aligned(static_cast<const uint8_t*>(a.k), a.k_row_bytes, a.key_size, a.type);
}

template <class Shape>
void launch_latent(Stream& stream, const AttentionArgs& args) {
  const int queries = args.tokens * (args.heads / args.kv_heads);
  const dim3 grid((queries + Shape::kQueries - 1) / Shape::kQueries, args.kv_heads,
                  args.max_sections);
  const auto run = [&]<class Numbers, bool kAreCopied>() {
    KT_LAUNCH((attention_latent_kernel<Shape, Numbers, kAreCopied>), grid, dim3(Shape::kThreads),
              Shape::kBytes, stream, args);
  };
  const auto run_with = [&]<class Numbers>() {
    are_copied(args) ? run.template operator()<Numbers, true>()
                     : run.template operator()<Numbers, false>();
  };
  args.type == CacheType::kF16 ? run_with.template operator()<HalfNumbers>()
                               : run_with.template operator()<Bf16Numbers>();
}

}  // namespace kt::cuda
