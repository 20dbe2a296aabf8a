// SPDX-License-Identifier: Apache-2.0
// Attention: which kernel computes it, and the sections of its rows put together.
//
// COST The merge reads what sections leave, and is bound by latency: a warp asks for some sections
// at once. 128 heads, 64 sections of 512 values: 17 MB in the second-level cache, 3 to 6 us on any
// card.
#include "../attention_sections.h"
#include "attention_rows.cuh"
#include "attention_shapes.h"
#include "quads.cuh"

namespace kt::cuda {
namespace {

constexpr int kMergeWarps = 8, kMergeThreads = 32 * kMergeWarps;
constexpr int kColumns = 32 * kQuad;  // of a block

// By which each section's sums of a query are to be multiplied, and the sum of all weights then. A
// warp finds the whole, and its share of the factors.
__device__ __forceinline__ float find_factors(const float* ends, int sections, float* factors) {
  const int lane = threadIdx.x % 32;
  float most = kLowest, total = 0;
  for (int s = lane; s < sections; s += 32) most = fmaxf(most, ends[2 * s]);
  most = warp_max(most);
  for (int s = lane; s < sections; s += 32) {
    const float factor = exponential(ends[2 * s] - most);
    total = fmaf(factor, ends[2 * s + 1], total);
    if (threadIdx.x / 32 == 0) factors[s] = factor;
  }
  return warp_sum(total);
}

// Sums of every kMergeWarps-th section from `first` on, of four columns.
template <class Load>
__device__ __forceinline__ float4 add_sections(int first, int sections, const float* factors,
                                               const Load& load) {
  float4 sum = {0, 0, 0, 0};
#pragma unroll 8
  for (int s = first; s < sections; s += kMergeWarps) {
    const float4 some = load(s);
    const float factor = factors[s];
    sum.x = fmaf(factor, some.x, sum.x), sum.y = fmaf(factor, some.y, sum.y);
    sum.z = fmaf(factor, some.z, sum.z), sum.w = fmaf(factor, some.w, sum.w);
  }
  return sum;
}

// Grid: heads of tokens, columns. Shared memory: each warp's sums, a factor for each section.
__global__ void __launch_bounds__(kMergeThreads) attention_merge_kernel(AttentionArgs a) {
  KT_SHARED(shared);
  const int sections = sections_of(a), warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  if (sections == 1) return;  // the result is there
  const Query query{static_cast<int>(blockIdx.x) / a.heads, static_cast<int>(blockIdx.x) % a.heads};
  const SectionRow row = section_row(a, query, 0);
  float* const sums = reinterpret_cast<float*>(shared);
  float* const factors = sums + kMergeWarps * kColumns;
  const float total = find_factors(row.ends, sections, factors);
  __syncthreads();
  const int size = a.value_size, first = blockIdx.y * kColumns, column = first + kQuad * lane;
  const bool are_whole = size % kQuad == 0 && is_whole(row.sums, 0, size);
  const auto load = [&](int s) { return load_quad(row.sums + int64_t{s} * size, column, size); };
  const auto load_whole = [&](int s) {  // without a branch, so that loads are under way together
    return *reinterpret_cast<const float4*>(row.sums + int64_t{s} * size + column);
  };
  reinterpret_cast<float4*>(sums)[threadIdx.x] =
      !are_whole      ? add_sections(warp, sections, factors, load)
      : column < size ? add_sections(warp, sections, factors, load_whole)
                      : float4{0, 0, 0, 0};
  __syncthreads();
  const int own = threadIdx.x;
  if (own >= kColumns || first + own >= size) return;
  float all = 0;
#pragma unroll
  for (int w = 0; w < kMergeWarps; ++w) all += sums[w * kColumns + own];
  out_row(a, query)[first + own] = all / total;
}

// Fewer queries would leave most of each tile empty: bound by memory, they can as well be exact.
bool suits_tensor_cores(const AttentionArgs& a) {
  return a.rounds && int64_t{a.tokens} * (a.heads / a.kv_heads) > 2;
}

bool are_latents(const AttentionArgs& a) {
  const bool same_heads = a.kv_heads == 1 || a.k_head_bytes == a.v_head_bytes;
  return a.k == a.v && a.k_row_bytes == a.v_row_bytes && same_heads && a.value_size <= a.key_size;
}

// Calls body(args) for each token, as if it were the only one.
template <class Body>
void for_tokens_apart(const AttentionArgs& all, const Body& body) {
  AttentionArgs one = all;
  one.tokens = 1;
  one.apart = false;
  const int64_t room = int64_t{all.heads} * all.max_sections * (all.value_size + 2);
  for (int t = 0; t < all.tokens; ++t) {
    body(one);
    one.q += one.q_token;
    one.out += one.out_token;
    if (one.sections) one.sections += room;
    ++one.positions;
    ++one.places;
  }
}

}  // namespace

void attention(Stream& stream, const AttentionArgs& args, int64_t items) {
  if (args.apart) {
    return for_tokens_apart(args, [&](const auto& one) { attention(stream, one, items); });
  }
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

void attention_merge(Stream& stream, const AttentionArgs& args, int64_t items) {
  if (args.apart) {
    return for_tokens_apart(args, [&](const auto& one) { attention_merge(stream, one, items); });
  }
  if (args.tokens == 0 || args.max_sections == 1) return;
  const dim3 grid(args.tokens * args.heads, (args.value_size + kColumns - 1) / kColumns);
  const int bytes = (kMergeWarps * kColumns + args.max_sections) * static_cast<int>(sizeof(float));
  KT_LAUNCH(attention_merge_kernel, grid, dim3(kMergeThreads), bytes, stream, args);
}

}  // namespace kt::cuda
