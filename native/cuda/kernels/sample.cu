// SPDX-License-Identifier: Apache-2.0
// The largest logits of a vocabulary. Blocks find those of a slice each; the last block of a token
// to finish chooses among what they found, sorts it, and writes it out.
// COST 4 bytes a logit, most often from the second level cache, where the head has just put them,
// read by each of about four passes of a select. One token of 129280 logits: 0.5 MB in 32 slices;
// bound by latency, about 10 µs on any card.
// ERROR none of ids and values; of the sums, float32 sums of some thousand terms, in a fixed order.
#include "../sample.h"

#include <stdexcept>

#include "../device.cuh"
#include "select.cuh"

namespace kt::cuda {
namespace {

constexpr int kThreads = 1024;
constexpr int kSliceLogits = 4096;

// What slices found, in scratch memory: keys [tokens, slices, kept], masses [tokens, slices].
struct Found {
  uint64_t* keys;
  float2* masses;  // the largest logit, and the sum of exp(logit - largest)
  int kept;        // keys of a slice

  __device__ Found at(int64_t slice) const { return {keys + slice * kept, masses + slice, kept}; }
};

__device__ __forceinline__ float exp_below(float logit, float most) {
  return logit == -INFINITY ? 0.0f : expf(logit - most);  // `most` is too where all are masked
}

__device__ float2 mass_of(const float* logits, int count) {
  __shared__ Partials maxima, sums;
  float most = -INFINITY, sum = 0;
  for (int i = threadIdx.x; i < count; i += kThreads) most = fmaxf(most, logits[i]);
  most = block_max(most, maxima);
  for (int i = threadIdx.x; i < count; i += kThreads) sum += exp_below(logits[i], most);
  return make_float2(most, block_sum(sum, sums));
}

__device__ float sum_of(const float2* masses, int count) {
  __shared__ Partials maxima, sums;
  float most = -INFINITY, sum = 0;
  for (int i = threadIdx.x; i < count; i += kThreads) most = fmaxf(most, masses[i].x);
  most = block_max(most, maxima);
  for (int i = threadIdx.x; i < count; i += kThreads) {
    sum += masses[i].y * exp_below(masses[i].x, most);
  }
  return block_sum(sum, sums);
}

// The slice blockIdx.x of a token's logits.
__device__ void search_slice(const float* logits, int vocabulary, const Found& found,
                             Selection& shared) {
  const int64_t slice = blockIdx.x, slices = gridDim.x;
  const int first = static_cast<int>(vocabulary * slice / slices);
  const int count = static_cast<int>(vocabulary * (slice + 1) / slices) - first;
  const float2 mass = mass_of(logits + first, count);
  if (threadIdx.x == 0) *found.masses = mass;
  const auto key_at = [&](int i) { return make_key(logits[first + i], first + i); };
  select_largest(count, found.kept, key_at, found.keys, shared);
}

// Whether all other blocks of this token have written what they found.
__device__ bool is_last_block(int& ticket) {
  __shared__ bool is_last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    is_last = atomicAdd(&ticket, 1) == static_cast<int>(gridDim.x) - 1;
    if (is_last) ticket = 0;
  }
  __syncthreads();
  __threadfence();
  return is_last;
}

__device__ void write_largest(const TopLogitsArgs& a, int64_t token, const Found& found,
                              Selection& shared) {
  __shared__ uint64_t chosen[kTopLogits], sorted[kTopLogits];
  const int slices = static_cast<int>(gridDim.x), i = static_cast<int>(threadIdx.x);
  const float sum = sum_of(found.masses, slices);
  const auto key_at = [&](int k) { return found.keys[k]; };
  select_largest(slices * found.kept, found.kept, key_at, chosen, shared);
  if (i < found.kept) sorted[place_among(chosen, found.kept, chosen[i])] = chosen[i];
  __syncthreads();
  if (i == 0) a.sums[token] = sum;
  if (i >= kTopLogits) return;
  const bool exists = i < found.kept;
  a.ids[token * kTopLogits + i] = exists ? id_of(sorted[i]) : -1;
  a.values[token * kTopLogits + i] = exists ? value_of(sorted[i]) : -INFINITY;
}

__global__ void __launch_bounds__(kThreads)
    top_logits_kernel(TopLogitsArgs a, Found found, int* tickets) {
  __shared__ Selection shared;
  const int64_t token = blockIdx.y, slices = gridDim.x;
  const Found of_token = found.at(token * slices);
  search_slice(a.logits + token * a.vocabulary, a.vocabulary, of_token.at(blockIdx.x), shared);
  if (is_last_block(tickets[token])) write_largest(a, token, of_token, shared);
}

}  // namespace

void top_logits(Stream& stream, const TopLogitsArgs& a) {
  const int slices = (a.vocabulary + kSliceLogits - 1) / kSliceLogits;
  const int kept = a.vocabulary < kTopLogits ? a.vocabulary : kTopLogits;
  const int64_t all = static_cast<int64_t>(a.tokens) * slices;
  const int64_t bytes = all * static_cast<int64_t>(kept * sizeof(uint64_t) + sizeof(float2));
  if (bytes > static_cast<int64_t>(Stream::kScratchBytes) || a.tokens > Stream::kTickets) {
    throw std::invalid_argument("logits of too many tokens at once");
  }
  auto* keys = static_cast<uint64_t*>(stream.scratch());
  const Found found{keys, reinterpret_cast<float2*>(keys + all * kept), kept};
  const dim3 grid(static_cast<unsigned>(slices), static_cast<unsigned>(a.tokens));
  KT_LAUNCH(top_logits_kernel, grid, kThreads, 0, stream, a, found, stream.tickets());
}

}  // namespace kt::cuda
