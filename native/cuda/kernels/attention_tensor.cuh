// SPDX-License-Identifier: Apache-2.0
// Attention with both of its products on tensor cores, in numbers of sixteen bits (flash
// attention).
//
// A block has a tile of queries of a key head and goes through a section of the rows, a block of
// rows at a time, while the next one is on its way. Each warp has sixteen queries. Warps that have
// the same ones share out rows, and add up at the end; or columns, so that sums of 256 or 512
// values fit into registers: then each has scores of half of the key, which are added up in shared
// memory for each block of rows, and what becomes of them is computed by each. Queries, sums and
// softmax stay in registers.
//
// COST Of a row and a query: 2 * (key_size + value_size) operations. Rows are read from memory
// once for all tiles if the second-level cache holds them between: bytes are those of the cache.
// Grouped queries, eight heads of 128 a key head, are bound by memory: 8 key heads and 32768 rows
// are 134 MB; 143 us on a 3090, 133 us on a 4090, 75 us on a 5090, 31 us on an H200.
// Prompts are bound by tensor cores.
// ERROR Where rows are float16, queries and weights are rounded to 11 bits, at most 2^-12 of each;
// else these, keys and values to 8 bits, at most 2^-9, and totals are those of the rounded weights,
// so that weights still add up to one. Sums are float32.
#pragma once

#include "../kernels.h"
#include "attention_softmax.cuh"
#include "attention_tiles.cuh"

namespace kt::cuda {

// Sizes are the widest that fit.
template <class NumberKind, int kKeySize, int kValueSize, int kQueryWarps, int kRowWarps,
          int kColumnWarps>
struct AttentionShape {
  using Numbers = NumberKind;
  static constexpr int kKey = kKeySize, kValue = kValueSize;
  static constexpr int kSharers = kRowWarps * kColumnWarps;  // warps that have the same queries
  static constexpr int kRowParts = kRowWarps, kColumnParts = kColumnWarps;
  static constexpr int kWarps = kQueryWarps * kSharers, kThreads = 32 * kWarps;
  static constexpr int kQueries = 16 * kQueryWarps;  // of a tile
  static constexpr int kWarpRows = kRowWarps > 1 ? 16 : 32, kRows = kRowWarps * kWarpRows;
  // Warps that share out columns of values have each half of the key's; four, of half of the rows.
  static constexpr int kHalves = kColumnWarps > 1 ? 2 : 1;
  static constexpr int kSteps = kKey / 16 / kHalves;                 // of a warp, along the key
  static constexpr int kTiles = kWarpRows / 8;                       // of scores
  static constexpr int kOwnTiles = kTiles * kHalves / kColumnWarps;  // that the warp begins
  static constexpr int kValueTiles = kValue / 8 / kColumnWarps;
  static constexpr int kKeyBytes = kRows * kKey * 2;
  static constexpr int kStageBytes = kKeyBytes + kRows * kValue * 2;
  static constexpr int kScoreBytes = kColumnWarps > 1 ? kQueryWarps * kHalves * kTiles * 512 : 0;
  static constexpr int kBytes = 2 * kStageBytes + kScoreBytes;
  static constexpr int kQueryBytes = kQueries * kKey * 2;  // at the end of both stages
  static_assert(kQueryBytes <= 2 * kStageBytes);
  static_assert(kColumnWarps == 1 || (kRowWarps == 1 && kOwnTiles % 2 == 0));
  static constexpr int kMergeBytes = kQueryWarps * (kRowWarps * 64 + (kValueTiles + 1) * 512);
  static_assert(kRowWarps == 1 || kMergeBytes <= 2 * kStageBytes);
  static constexpr int kMostBytes = 99 * 1024;
  static_assert(kBytes <= kMostBytes);
  static constexpr int kBlocks = 2 * kBytes <= kMostBytes ? 2 : 1;  // at a time
};

// Part of a block in which a warp works.
template <class Shape>
struct WarpPlace {
  int lane, queries, row_part, column_part;
  int key_half, row_half;  // of a column part
  __device__ __forceinline__ WarpPlace() {
    const int warp = threadIdx.x / 32, sharer = warp % Shape::kSharers;
    lane = threadIdx.x % 32;
    queries = warp / Shape::kSharers * 16;
    row_part = sharer / Shape::kColumnParts;
    column_part = sharer % Shape::kColumnParts;
    key_half = column_part % Shape::kHalves;
    row_half = column_part / Shape::kHalves;
  }
};

// What a warp has of its queries, as mma takes and leaves it.
template <class Shape>
struct WarpQueries {
  uint32_t q[Shape::kSteps][4];
  float sums[Shape::kValueTiles][4];
  Softmax<typename Shape::Numbers, Shape::kTiles> softmax;
};

// Takes the warp's part of them.
template <class Shape>
__device__ __forceinline__ void take_queries(const AttentionArgs& a, const Run& run, int kv_head,
                                             unsigned char* tile, const WarpPlace<Shape>& at,
                                             WarpQueries<Shape>& of) {
  const Chunks<Shape::kKey> chunks(tile, at.queries + at.lane % 16, at.key_half * 2 + at.lane / 16);
#pragma unroll
  for (int step = 0; step < Shape::kSteps; ++step) {
    ldmatrix_x4(of.q[step], chunks.at(step * Shape::kHalves * 2));
  }
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int i = at.queries + at.lane / 4 + 8 * half;
    const bool is_there = i < run.count;
    const Query query = query_of(a, kv_head, run.first + (is_there ? i : 0));
    of.softmax.rows[half] = is_there ? seen_rows(a, query.token) : Rows{0, 0};
  }
}

// No rows yet, but a sink if the part begins with the first section.
template <class Shape>
__device__ __forceinline__ void start(const AttentionArgs& a, const Run& run, int kv_head,
                                      bool has_sink, const WarpPlace<Shape>& at,
                                      WarpQueries<Shape>& of) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int i = at.queries + at.lane / 4 + 8 * half;
    const bool has = has_sink && i < run.count && at.row_part == 0;
    of.softmax.most[half] = has ? a.sinks[query_of(a, kv_head, run.first + i).head] : kLowest;
    of.softmax.total[half] = has && at.lane % 4 == 0 ? 1.0f : 0.0f;
  }
#pragma unroll
  for (int tile = 0; tile < Shape::kValueTiles; ++tile) {
#pragma unroll
    for (int i = 0; i < 4; ++i) of.sums[tile][i] = 0;
  }
}

// Scores of the warp's rows, of its part of the columns. Even and odd steps are summed apart: mma
// waits for the sums of the one before.
template <class Shape>
__device__ __forceinline__ void multiply_keys(unsigned char* keys, const WarpPlace<Shape>& at,
                                              const WarpQueries<Shape>& of,
                                              float (&scores)[Shape::kOwnTiles][4]) {
  float sums[2][Shape::kOwnTiles][4] = {};
  const int first = at.row_part * Shape::kWarpRows + at.row_half * Shape::kOwnTiles * 8;
  const int row = first + at.lane % 8 + at.lane / 16 * 8;
  const int chunk = at.key_half * 2 + at.lane / 8 % 2;
#pragma unroll
  for (int pair = 0; pair < Shape::kOwnTiles / 2; ++pair) {
    const Chunks<Shape::kKey> chunks(keys, row + 16 * pair, chunk);
    ahead<Shape::kSteps>(
        [&](int step, uint32_t (&b)[4]) { ldmatrix_x4(b, chunks.at(step * Shape::kHalves * 2)); },
        [&](int step, const uint32_t (&b)[4]) {
          Shape::Numbers::mma(sums[step % 2][2 * pair], of.q[step], {b[0], b[1]});
          Shape::Numbers::mma(sums[step % 2][2 * pair + 1], of.q[step], {b[2], b[3]});
        });
  }
#pragma unroll
  for (int tile = 0; tile < Shape::kOwnTiles; ++tile) {
#pragma unroll
    for (int i = 0; i < 4; ++i) scores[tile][i] = sums[0][tile][i] + sums[1][tile][i];
  }
}

// Scores of all rows and columns, the same for each warp. They lie lane by lane.
template <class Shape>
__device__ __forceinline__ void add_halves(float4* halves, const WarpPlace<Shape>& at,
                                           const float (&own)[Shape::kOwnTiles][4],
                                           float (&scores)[Shape::kTiles][4]) {
  constexpr int kHalf = Shape::kTiles * 32;  // of the key's columns
  float4* const of_queries = halves + at.queries / 16 * Shape::kHalves * kHalf + at.lane;
#pragma unroll
  for (int i = 0; i < Shape::kOwnTiles; ++i) {
    const int tile = at.row_half * Shape::kOwnTiles + i;
    of_queries[at.key_half * kHalf + tile * 32] = {own[i][0], own[i][1], own[i][2], own[i][3]};
  }
  __syncthreads();
#pragma unroll
  for (int tile = 0; tile < Shape::kTiles; ++tile) {
    const float4 x = of_queries[tile * 32], y = of_queries[kHalf + tile * 32];
    float* s = scores[tile];
    s[0] = x.x + y.x, s[1] = x.y + y.y, s[2] = x.z + y.z, s[3] = x.w + y.w;
  }
}

// Sums of weighted values, of a warp's part of the columns.
template <class Shape>
__device__ __forceinline__ void multiply_values(unsigned char* values, const WarpPlace<Shape>& at,
                                                const uint32_t (&weights)[Shape::kTiles / 2][4],
                                                WarpQueries<Shape>& of) {
  const int row = at.row_part * Shape::kWarpRows + at.lane % 16;
  const int chunk = at.column_part * Shape::kValueTiles + at.lane / 16;
#pragma unroll
  for (int k = 0; k < Shape::kTiles / 2; ++k) {
    const Chunks<Shape::kValue> chunks(values, row + 16 * k, chunk);
    ahead<Shape::kValueTiles / 2>(
        [&](int pair, uint32_t (&b)[4]) { ldmatrix_x4_trans(b, chunks.at(2 * pair)); },
        [&](int pair, const uint32_t (&b)[4]) {
          Shape::Numbers::mma(of.sums[2 * pair], weights[k], {b[0], b[1]});
          Shape::Numbers::mma(of.sums[2 * pair + 1], weights[k], {b[2], b[3]});
        });
  }
}

// One block of rows that has come.
template <class Shape>
__device__ __forceinline__ void attend_block(const Run& run, int first, unsigned char* stage,
                                             float4* halves, const WarpPlace<Shape>& at,
                                             WarpQueries<Shape>& of) {
  float scores[Shape::kTiles][4];
  if constexpr (Shape::kHalves > 1) {
    float own[Shape::kOwnTiles][4];
    multiply_keys(stage, at, of, own);
    add_halves(halves, at, own, scores);
  } else {
    multiply_keys(stage, at, of, scores);
  }
  if (first < run.common.begin || first + Shape::kRows > run.common.end) {
    of.softmax.hide(first + at.row_part * Shape::kWarpRows, at.lane, scores);
  }
  uint32_t weights[Shape::kTiles / 2][4];
  float factors[2];
  if (of.softmax.weigh(scores, weights, factors)) scale_sums(of.sums, factors);
  multiply_values(stage + Shape::kKeyBytes, at, weights, of);
}

template <class Shape>
__device__ __forceinline__ void attend(const AttentionArgs& a, const Run& run, int kv_head,
                                       Rows part, unsigned char* shared, const WarpPlace<Shape>& at,
                                       WarpQueries<Shape>& of) {
  using Numbers = typename Shape::Numbers;
  constexpr int kRows = Shape::kRows, kThreads = Shape::kThreads;
  float4* const halves = reinterpret_cast<float4*>(shared + 2 * Shape::kStageBytes);
  const CacheRows keys = rows_of(a, a.k, a.k_row_bytes, a.k_head_bytes, kv_head, a.key_size);
  const CacheRows values = rows_of(a, a.v, a.v_row_bytes, a.v_head_bytes, kv_head, a.value_size);
  const auto bring = [&](int first, unsigned char* stage) {
    const Rows rows{first, part.end};
    fetch<Numbers, Shape::kKey, kRows, kThreads>(keys, rows, stage);
    fetch<Numbers, Shape::kValue, kRows, kThreads>(values, rows, stage + Shape::kKeyBytes);
    commit_copies();
  };
  constexpr bool kIsRoom = Shape::kQueryBytes <= Shape::kStageBytes;
  unsigned char* const queries = shared + 2 * Shape::kStageBytes - Shape::kQueryBytes;
  if (kIsRoom && part.begin < part.end) bring(part.begin, shared);
  // While rows are on their way.
  put_queries<Numbers, Shape::kKey, Shape::kQueries, kThreads>(a, run, kv_head, 0, queries);
  __syncthreads();
  take_queries(a, run, kv_head, queries, at, of);
  if (!kIsRoom) {
    __syncthreads();
    if (part.begin < part.end) bring(part.begin, shared);
  }
  int at_stage = 0;
  for (int first = part.begin; first < part.end; first += kRows, at_stage ^= 1) {
    unsigned char* const stage = shared + at_stage * Shape::kStageBytes;
    wait_copies<0>();
    __syncthreads();  // the block is there, and nobody reads the one before
    if (first + kRows < part.end) {
      bring(first + kRows, shared + (at_stage ^ 1) * Shape::kStageBytes);
    }
    attend_block(run, first, stage, halves, at, of);
  }
}

// Adds up what warps have that share out rows; the last one gets it.
template <class Shape>
__device__ __forceinline__ void add_row_parts(unsigned char* shared, const WarpPlace<Shape>& at,
                                              WarpQueries<Shape>& of) {
  // Sixteen floats for each warp, then sums lane by lane.
  float* const most = reinterpret_cast<float*>(shared) + at.queries * Shape::kSharers;
  float4* const sums = reinterpret_cast<float4*>(shared + Shape::kWarps * 16 * sizeof(float)) +
                       at.queries / 16 * (Shape::kValueTiles + 1) * 32 + at.lane;
  __syncthreads();  // nobody reads rows any more
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    if (at.lane % 4 == 0) {
      most[at.row_part * 16 + at.lane / 4 + 8 * half] = of.softmax.most[half];
    }
  }
  __syncthreads();
  float factors[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float all = kLowest;
    for (int part = 0; part < Shape::kRowParts; ++part) {
      all = fmaxf(all, most[part * 16 + at.lane / 4 + 8 * half]);
    }
    factors[half] = exponential(of.softmax.most[half] - all);
    of.softmax.most[half] = all;
    of.softmax.total[half] *= factors[half];
  }
  scale_sums(of.sums, factors);
  for (int part = 0; part < Shape::kRowParts; ++part) {
    if (at.row_part == part) {
      float4* const totals = sums + Shape::kValueTiles * 32;
      if (part > 0) {
        of.softmax.total[0] += totals->x;
        of.softmax.total[1] += totals->y;
      }
      *totals = {of.softmax.total[0], of.softmax.total[1], 0, 0};
#pragma unroll
      for (int tile = 0; tile < Shape::kValueTiles; ++tile) {
        float* s = of.sums[tile];
        if (part > 0) {
          const float4 some = sums[tile * 32];
          s[0] += some.x, s[1] += some.y, s[2] += some.z, s[3] += some.w;
        }
        sums[tile * 32] = {s[0], s[1], s[2], s[3]};
      }
    }
    __syncthreads();
  }
}

// Writes results, or what attention_merge makes them of.
template <class Shape>
__device__ __forceinline__ void finish(const AttentionArgs& a, const Run& run, int kv_head,
                                       int section, bool is_whole, const WarpPlace<Shape>& at,
                                       WarpQueries<Shape>& of) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float total = quad_sum(of.softmax.total[half]);
    const int i = at.queries + at.lane / 4 + 8 * half;
    if (i >= run.count || at.row_part != Shape::kRowParts - 1) continue;
    const Query query = query_of(a, kv_head, run.first + i);
    const SectionRow row = section_row(a, query, section);
    float* const out = is_whole ? out_row(a, query) : row.sums;
    const float factor = is_whole ? 1.0f / total : 1.0f;
#pragma unroll
    for (int tile = 0; tile < Shape::kValueTiles; ++tile) {
      const int column = (at.column_part * Shape::kValueTiles + tile) * 8 + at.lane % 4 * 2;
      store_both(out, column, a.value_size, factor * of.sums[tile][2 * half],
                 factor * of.sums[tile][2 * half + 1]);
    }
    if (!is_whole && at.column_part == 0 && at.lane % 4 == 0) {
      row.ends[0] = of.softmax.most[half], row.ends[1] = total;
    }
  }
}

// Grid: tiles, key heads, sections. Tiles that see most begin first.
template <class Shape>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kBlocks)
    attention_tensor_kernel(AttentionArgs a) {
  KT_SHARED(shared);
  const int sections = sections_of(a), section = blockIdx.z, kv_head = blockIdx.y;
  if (section >= sections) return;
  const int tile = gridDim.x - 1 - blockIdx.x, queries = a.tokens * (a.heads / a.kv_heads);
  const int end = smaller(queries, (tile + 1) * Shape::kQueries);
  const WarpPlace<Shape> at;
  WarpQueries<Shape> of;
  for (int first = tile * Shape::kQueries; first < end;) {
    const Run run = run_from(a, first, end);
    start(a, run, kv_head, a.sinks != nullptr && section == 0, at, of);
    attend(a, run, kv_head, section_of(run.read, Shape::kRows, section, sections), shared, at, of);
    if constexpr (Shape::kRowParts > 1) add_row_parts(shared, at, of);
    finish(a, run, kv_head, section, sections == 1, at, of);
    first += run.count;
    __syncthreads();  // nobody reads rows of this run any more
  }
}

template <class Shape>
void launch_shape(Stream& stream, const AttentionArgs& args) {
  const int queries = args.tokens * (args.heads / args.kv_heads);
  const dim3 grid((queries + Shape::kQueries - 1) / Shape::kQueries, args.kv_heads,
                  args.max_sections);
  KT_LAUNCH((attention_tensor_kernel<Shape>), grid, dim3(Shape::kThreads), Shape::kBytes, stream,
            args);
}

template <int... kSizes>
void launch_tensor(Stream& stream, const AttentionArgs& args) {
  if (args.type == CacheType::kF16) {
    launch_shape<AttentionShape<HalfNumbers, kSizes...>>(stream, args);
  } else {
    launch_shape<AttentionShape<Bf16Numbers, kSizes...>>(stream, args);
  }
}

}  // namespace kt::cuda
