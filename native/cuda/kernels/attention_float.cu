// SPDX-License-Identifier: Apache-2.0
// Attention in float32, for heads of any size.
//
// A block has up to four queries of a key head, its warps share out the rows of a section, 32 at a
// time. For scores a lane has a row, for sums of values a column: neither needs steps across lanes
// for each row. What a warp reads of keys goes through shared memory, so that lanes read
// neighbouring columns.
//
// COST Each row is read once for four queries. A value is one load and four or five operations of
// each query: of one query a key head bound by memory, 32 heads of 128 and 4096 rows in F16 are
// 67 MB: 72 us on a 3090, 67 us on a 4090, 37 us on a 5090, 16 us on an H200.
// ERROR That of float32 sums; of what is multiplied, where it is to be rounded.
#include "attention_rows.cuh"
#include "attention_shapes.h"
#include "cache_values.cuh"

namespace kt::cuda {
namespace {

constexpr int kQueries = 4, kWarps = 4, kThreads = 32 * kWarps, kRows = 32;
constexpr int kBlocks = 4;         // at a time
constexpr int kPitch = kRows + 1;  // of keys in shared memory: columns of rows in different banks

__host__ __device__ constexpr int whole(int size) { return (size + kRows - 1) / kRows * kRows; }

// What a block has in shared memory, counted in floats.
struct Room {
  float* queries;  // [kQueries, whole(key_size)], for all warps
  float* keys;     // [kRows, kPitch], a warp's
  float* weights;  // [kQueries, kRows], a warp's
  float* sums;     // [kQueries, value_size], a warp's
  float* totals;   // [kWarps, kQueries, 2]: largest score and sum of weights

  __device__ Room(float* at, const AttentionArgs& a, int warp) {
    queries = at;
    totals = queries + kQueries * whole(a.key_size);
    keys = totals + kWarps * kQueries * 2 + warp * kRows * kPitch;
    weights = totals + kWarps * kQueries * 2 + kWarps * kRows * kPitch + warp * kQueries * kRows;
    sums = totals + kWarps * kQueries * 2 + kWarps * kRows * (kPitch + kQueries) +
           warp * kQueries * a.value_size;
  }
};
int room_bytes(const AttentionArgs& a) {
  const int floats = kQueries * whole(a.key_size) + kWarps * kQueries * 2 +
                     kWarps * kRows * (kPitch + kQueries) + kWarps * kQueries * a.value_size;
  return floats * static_cast<int>(sizeof(float));
}

// As tensor cores would have it beside rows of such a cache.
template <CacheType kType>
__device__ __forceinline__ float rounded(float x, bool rounds) {
  if (!rounds) return x;
  return kType == CacheType::kF16 ? half_to_float(float_to_half(x)) : to_float(to_bf16(x));
}

// A lane's part of the online softmax: the same in all lanes of a warp.
struct State {
  Rows rows[kQueries];  // that each query sees
  float most[kQueries], total[kQueries], factors[kQueries];
};

// Kernel of one block: what does not change within it.
template <CacheType kType>
struct Block {
  const AttentionArgs& a;
  const Run& run;
  const Room& room;
  int kv_head, warp, lane;
  bool rounds;

  __device__ float key(int row, int column) const {
    const int64_t at = row * a.k_row_bytes + kv_head * a.k_head_bytes;
    return rounded<kType>(cache_value<kType>(static_cast<const uint8_t*>(a.k) + at, column),
                          rounds);
  }
  __device__ float value(int row, int column) const {
    const int64_t at = row * a.v_row_bytes + kv_head * a.v_head_bytes;
    return rounded<kType>(cache_value<kType>(static_cast<const uint8_t*>(a.v) + at, column),
                          rounds);
  }
  __device__ Query query(int i) const { return query_of(a, kv_head, run.first + i); }

  __device__ void start(bool has_sinks, State& state) const {
    const int width = whole(a.key_size);
    for (int i = threadIdx.x; i < kQueries * width; i += kThreads) {
      const int q = i / width, column = i % width;
      const bool is_there = q < run.count && column < a.key_size;
      room.queries[i] =
          is_there ? rounded<kType>(a.scale * query_values(a, query(q))[column], rounds) : 0.0f;
    }
#pragma unroll
    for (int q = 0; q < kQueries; ++q) {
      const bool is_there = q < run.count, has = is_there && has_sinks && warp == 0;
      state.rows[q] = is_there ? seen_rows(a, query(q).token) : Rows{0, 0};
      state.most[q] = has ? a.sinks[query(q).head] : kLowest;
      state.total[q] = has ? 1.0f : 0.0f;
    }
    for (int i = lane; i < kQueries * a.value_size; i += 32) room.sums[i] = 0;
    __syncthreads();
  }

  // The lane's row, `lane` after the first, against each query.
  __device__ void score(int first, int end, float (&scores)[kQueries]) const {
#pragma unroll
    for (int q = 0; q < kQueries; ++q) scores[q] = 0;
    for (int column = 0; column < a.key_size; column += kRows) {
      const bool is_there = column + lane < a.key_size;
#pragma unroll 8
      for (int r = 0; r < kRows; ++r) {
        room.keys[r * kPitch + lane] =
            is_there && first + r < end ? key(first + r, column + lane) : 0.0f;
      }
      __syncwarp();
#pragma unroll
      for (int i = 0; i < kRows; i += 4) {
        const float* k = room.keys + lane * kPitch + i;
        for_queries([&](int q) {
          const float* at = room.queries + q * whole(a.key_size) + column + i;
          const float4 x = *reinterpret_cast<const float4*>(at);
          scores[q] = fmaf(x.x, k[0], fmaf(x.y, k[1], fmaf(x.z, k[2], fmaf(x.w, k[3], scores[q]))));
        });
      }
      __syncwarp();
    }
  }

  __device__ void weigh(int first, int end, const float (&scores)[kQueries], State& state) const {
    const int row = first + lane;
    for_queries([&](int q) {
      const Rows seen = state.rows[q];
      const bool is_seen = row < end && row >= seen.begin && row < seen.end;
      const float most = fmaxf(state.most[q], warp_max(is_seen ? scores[q] : kLowest));
      const float weight = is_seen ? exponential(scores[q] - most) : 0.0f;
      state.factors[q] = exponential(state.most[q] - most);
      state.most[q] = most;
      state.total[q] = state.factors[q] * state.total[q] + warp_sum(weight);
      room.weights[q * kRows + lane] = weight;
    });
    __syncwarp();
  }

  __device__ void add_values(int first, int end, const State& state) const {
    for (int column = lane; column < a.value_size; column += 32) {
      float sums[kQueries];
      for_queries(
          [&](int q) { sums[q] = state.factors[q] * room.sums[q * a.value_size + column]; });
#pragma unroll 8
      for (int r = 0; r < kRows; ++r) {
        const float x = first + r < end ? value(first + r, column) : 0.0f;
        for_queries([&](int q) { sums[q] = fmaf(room.weights[q * kRows + r], x, sums[q]); });
      }
      for_queries([&](int q) { room.sums[q * a.value_size + column] = sums[q]; });
    }
    __syncwarp();
  }

  // Adds up what the warps have, and writes it.
  __device__ void finish(int section, bool is_whole, const Room& first, const State& state) const {
    for_queries([&](int q) {
      float* const totals = room.totals + (warp * kQueries + q) * 2;
      if (lane == 0) totals[0] = state.most[q], totals[1] = state.total[q];
    });
    __syncthreads();
    for (int q = 0; q < run.count; ++q) {
      float most = kLowest, total = 0, factors[kWarps];
      for (int w = 0; w < kWarps; ++w) most = fmaxf(most, room.totals[(w * kQueries + q) * 2]);
#pragma unroll
      for (int w = 0; w < kWarps; ++w) {
        const float* const totals = room.totals + (w * kQueries + q) * 2;
        factors[w] = exponential(totals[0] - most);
        total = fmaf(factors[w], totals[1], total);
      }
      const SectionRow row = section_row(a, query(q), section);
      float* const out = is_whole ? out_row(a, query(q)) : row.sums;
      for (int column = threadIdx.x; column < a.value_size; column += kThreads) {
        float sum = 0;
#pragma unroll
        for (int w = 0; w < kWarps; ++w) {
          sum = fmaf(factors[w], first.sums[(w * kQueries + q) * a.value_size + column], sum);
        }
        out[column] = is_whole ? sum / total : sum;
      }
      if (!is_whole && threadIdx.x == 0) row.ends[0] = most, row.ends[1] = total;
    }
    __syncthreads();
  }

 private:
  template <class Body>
  __device__ __forceinline__ void for_queries(const Body& body) const {
#pragma unroll
    for (int q = 0; q < kQueries; ++q) {
      if (q < run.count) body(q);
    }
  }
};

// Grid: tiles, key heads, sections. Tiles that see most begin first.
template <CacheType kType>
__global__ void __launch_bounds__(kThreads, kBlocks)
    attention_float_kernel(AttentionArgs a, bool rounds) {
  KT_SHARED(shared);
  const int sections = sections_of(a), section = blockIdx.z, kv_head = blockIdx.y;
  if (section >= sections) return;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  float* const floats = reinterpret_cast<float*>(shared);
  const Room room(floats, a, warp), room_of_first(floats, a, 0);
  const int tile = gridDim.x - 1 - blockIdx.x, queries = a.tokens * (a.heads / a.kv_heads);
  const int end = smaller(queries, (tile + 1) * kQueries);
  for (int first = tile * kQueries; first < end;) {
    const Run run = run_from(a, first, end);
    const Block<kType> block{a, run, room, kv_head, warp, lane, rounds};
    const Rows part = section_of(run.read, kRows, section, sections);
    State state;
    block.start(a.sinks != nullptr && section == 0, state);
    for (int row = part.begin + warp * kRows; row < part.end; row += kWarps * kRows) {
      float scores[kQueries];
      block.score(row, part.end, scores);
      block.weigh(row, part.end, scores, state);
      block.add_values(row, part.end, state);
    }
    block.finish(section, sections == 1, room_of_first, state);
    first += run.count;
  }
}

template <CacheType kType>
void launch_float(Stream& stream, const AttentionArgs& args, bool rounds) {
  const int queries = args.tokens * (args.heads / args.kv_heads);
  const dim3 grid((queries + kQueries - 1) / kQueries, args.kv_heads, args.max_sections);
  KT_LAUNCH((attention_float_kernel<kType>), grid, dim3(kThreads), room_bytes(args), stream, args,
            rounds);
}

}  // namespace

void attention_float(Stream& stream, const AttentionArgs& args, bool rounds) {
  switch (args.type) {
    case CacheType::kF32: return launch_float<CacheType::kF32>(stream, args, rounds);
    case CacheType::kF16: return launch_float<CacheType::kF16>(stream, args, rounds);
    case CacheType::kBf16: return launch_float<CacheType::kBf16>(stream, args, rounds);
    case CacheType::kQ8_0: return launch_float<CacheType::kQ8_0>(stream, args, rounds);
  }
}

}  // namespace kt::cuda
