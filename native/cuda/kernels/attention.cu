// SPDX-License-Identifier: Apache-2.0
// Attention: which kernel computes it, and the sections of its rows put together.
//
// COST The merge reads and writes what sections leave: bound by latency. 128 heads, 32 sections of
// 512 values: 8.4 MB in the second-level cache, 3 to 5 us on any card.
#include "attention_rows.cuh"
#include "attention_shapes.h"

namespace kt::cuda {
namespace {

constexpr int kMergeThreads = 128;

// Grid: heads of tokens.
__global__ void __launch_bounds__(kMergeThreads) attention_merge_kernel(AttentionArgs a) {
  KT_SHARED(shared);
  float* const factors = reinterpret_cast<float*>(shared);
  const int sections = sections_of(a), stride = a.value_size + 2, lane = threadIdx.x % 32;
  if (sections == 1) return;  // the result is there
  const Query query{static_cast<int>(blockIdx.x) / a.heads, static_cast<int>(blockIdx.x) % a.heads};
  const float* const sums = section_row(a, query, 0);
  const float* const mosts = sums + a.value_size;
  float most = kLowest, total = 0;
  for (int s = lane; s < sections; s += 32) most = fmaxf(most, mosts[s * stride]);
  most = warp_max(most);
  for (int s = lane; s < sections; s += 32) {
    const float factor = exponential(mosts[s * stride] - most);
    total += factor * mosts[s * stride + 1];
    if (threadIdx.x < 32) factors[s] = factor;
  }
  total = warp_sum(total);
  __syncthreads();
  float* const out = out_row(a, query);
  for (int column = threadIdx.x; column < a.value_size; column += kMergeThreads) {
    float sum = 0;
#pragma unroll 8
    for (int s = 0; s < sections; ++s) sum = fmaf(factors[s], sums[s * stride + column], sum);
    out[column] = sum / total;
  }
}

// Fewer queries would leave most of each tile empty: bound by memory, they can as well be exact.
bool suits_tensor_cores(const AttentionArgs& a) {
  return a.rounds && int64_t{a.tokens} * (a.heads / a.kv_heads) > 2;
}

bool are_latents(const AttentionArgs& a) {
  return a.k == a.v && a.k_row_bytes == a.v_row_bytes && a.k_head_bytes == a.v_head_bytes &&
         a.value_size <= a.key_size;
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
  KT_LAUNCH(attention_merge_kernel, dim3(args.tokens * args.heads), dim3(kMergeThreads),
            args.max_sections * sizeof(float), stream, args);
}

}  // namespace kt::cuda
