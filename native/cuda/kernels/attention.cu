// SPDX-License-Identifier: Apache-2.0
// Attention: which kernel computes it, and the sections of its rows put together.
//
// COST The merge reads what sections leave, and is bound by latency: of some sections a warp asks
// for all at once. 128 heads, 32 sections of 512 values: 8.4 MB in the second-level cache, 3 to 5
// us on any card.
#include "attention_rows.cuh"
#include "attention_shapes.h"

namespace kt::cuda {
namespace {

constexpr int kMergeWarps = 8, kTogether = 8;  // sections that a warp reads at a time
constexpr int kLaneColumns = 2, kColumns = 32 * kLaneColumns;  // of a block

// What some sections come to: a lane's columns.
struct Merged {
  float most = kLowest, total = 0, sums[kLaneColumns] = {};

  __device__ __forceinline__ void add(float other_most, float other_total,
                                      const float (&others)[kLaneColumns]) {
    const float factor = exponential(other_most - most);
    total = fmaf(factor, other_total, total);
#pragma unroll
    for (int i = 0; i < kLaneColumns; ++i) sums[i] = fmaf(factor, others[i], sums[i]);
  }
  // `now`: at least as much as the largest score so far.
  __device__ __forceinline__ void scale_to(float now) {
    const float factor = exponential(most - now);
    most = now;
    total *= factor;
    for (float& sum : sums) sum *= factor;
  }
};

// Every kMergeWarps-th section of a query from `first` on.
__device__ __forceinline__ Merged merge_sections(const AttentionArgs& a, const float* rows,
                                                 int first, int sections, int column) {
  const int stride = a.value_size + 2;
  Merged merged;
  for (; first < sections; first += kMergeWarps * kTogether) {
    float mosts[kTogether], totals[kTogether], values[kTogether][kLaneColumns];
#pragma unroll
    for (int i = 0; i < kTogether; ++i) {
      const int s = first + i * kMergeWarps;
      const float* const row = rows + s * stride;
      mosts[i] = s < sections ? row[a.value_size] : kLowest;
      totals[i] = s < sections ? row[a.value_size + 1] : 0.0f;
#pragma unroll
      for (int k = 0; k < kLaneColumns; ++k) {
        const int c = column + 32 * k;
        values[i][k] = s < sections && c < a.value_size ? row[c] : 0.0f;
      }
    }
    float most = merged.most;
#pragma unroll
    for (const float other : mosts) most = fmaxf(most, other);
    merged.scale_to(most);
#pragma unroll
    for (int i = 0; i < kTogether; ++i) merged.add(mosts[i], totals[i], values[i]);
  }
  return merged;
}

// Grid: heads of tokens, columns.
__global__ void __launch_bounds__(32 * kMergeWarps) attention_merge_kernel(AttentionArgs a) {
  __shared__ float mosts[kMergeWarps], totals[kMergeWarps], sums[kMergeWarps][kColumns];
  const int sections = sections_of(a), warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  if (sections == 1) return;  // the result is there
  const Query query{static_cast<int>(blockIdx.x) / a.heads, static_cast<int>(blockIdx.x) % a.heads};
  const int first = blockIdx.y * kColumns;
  const Merged own = merge_sections(a, section_row(a, query, 0), warp, sections, first + lane);
  if (lane == 0) mosts[warp] = own.most, totals[warp] = own.total;
  for (int k = 0; k < kLaneColumns; ++k) sums[warp][lane + 32 * k] = own.sums[k];
  __syncthreads();
  const int column = threadIdx.x;
  if (column >= kColumns || first + column >= a.value_size) return;
  float most = kLowest, total = 0, sum = 0;
  for (const float other : mosts) most = fmaxf(most, other);
#pragma unroll
  for (int w = 0; w < kMergeWarps; ++w) {
    const float factor = exponential(mosts[w] - most);
    total = fmaf(factor, totals[w], total);
    sum = fmaf(factor, sums[w][column], sum);
  }
  out_row(a, query)[first + column] = sum / total;
}

// Fewer queries would leave most of each tile empty: bound by memory, they can as well be exact.
bool suits_tensor_cores(const AttentionArgs& a) {
  return a.rounds && int64_t{a.tokens} * (a.heads / a.kv_heads) > 2;
}

bool are_latents(const AttentionArgs& a) {
  const bool same_heads = a.kv_heads == 1 || a.k_head_bytes == a.v_head_bytes;
  return a.k == a.v && a.k_row_bytes == a.v_row_bytes && same_heads && a.value_size <= a.key_size;
}

}  // namespace

void attention(Stream& stream, const AttentionArgs& args, int64_t) {
  constexpr int kFewTokens = 16;  // perhaps of as many sequences
  if (args.tokens == 0) return;
  const int widest = args.key_size > args.value_size ? args.key_size : args.value_size;
  if (!suits_tensor_cores(args)) {
    attention_float(stream, args, false);
  } else if (widest <= 256) {
    args.tokens <= kFewTokens ? attention_few(stream, args) : attention_many(stream, args);
  } else if (are_latents(args) && args.key_size <= 576 && args.value_size <= 512) {
    attention_latent(stream, args);
  } else {
    attention_float(stream, args, true);
  }
}

void attention_merge(Stream& stream, const AttentionArgs& args, int64_t) {
  if (args.tokens == 0 || args.max_sections == 1) return;
  const dim3 grid(args.tokens * args.heads, (args.value_size + kColumns - 1) / kColumns);
  KT_LAUNCH(attention_merge_kernel, grid, dim3(32 * kMergeWarps), 0, stream, args);
}

}  // namespace kt::cuda
