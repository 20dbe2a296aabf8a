// SPDX-License-Identifier: Apache-2.0
// The choice of experts: a block per token, a thread per expert. Who is chosen is found by counting
// who comes before: first within sections of the experts, the router's groups or else 32 in a row,
// then among the best of the sections. Counts need neither a sort nor an order of the threads.
// COST of a token 4 bytes an expert. For one token bound by latency: 4 to 8 barriers, and for 256
// experts of which 8 are chosen about 100 comparisons of a thread, about 1 µs beside the launch.
// For 512 tokens, 256 experts: 0.5 MB and 16 million comparisons, which bound it: about 5 µs on a
// 3090, 3 on a 4090, 3 on a 5090, 3 on an H200.
// ERROR of a score a few roundings, and 3e-7 of the exponential; sums in the order of the choice.
#include "../device.cuh"
#include "../kernels.h"
#include "keys.cuh"
#include "reduce.cuh"

namespace kt::cuda {
namespace {

// How the experts are cut, and how many of each section can be among the chosen.
struct Sections {
  int count, size, best;

  __device__ explicit Sections(const RouterArgs& a) {
    const bool grouped = a.groups > 1;
    count = grouped ? a.groups : static_cast<int>(blockDim.x) / kWarp;
    size = grouped ? a.experts / a.groups : kWarp;
    const int wanted = a.experts_per_token < 2 ? 2 : a.experts_per_token;  // 2: a group's score
    best = wanted < size ? wanted : size;
  }

  __device__ int candidates() const { return count * best; }
};

// Shared memory, each with room for one element per thread.
struct Shared {
  uint64_t* keys;
  uint64_t* candidates;
  float* scores;

  __device__ explicit Shared(unsigned char* memory) {
    keys = reinterpret_cast<uint64_t*>(memory);
    candidates = keys + blockDim.x;
    scores = reinterpret_cast<float*>(candidates + blockDim.x);
  }
  static int bytes(int threads) {
    return threads * static_cast<int>(2 * sizeof(uint64_t) + sizeof(float));
  }
};

// The probability of this thread's expert.
__device__ float gate(const RouterArgs& a, float logit) {
  if (a.is_sigmoid) return 1.0f / (1.0f + expf(-logit));
  __shared__ Partials maxima, sums;
  const float power = expf(logit - block_max(logit, maxima));
  return power / block_sum(power, sums);
}

// With sigmoid gating the sum of a group's two best, else its best.
__device__ float group_score(const RouterArgs& a, const Sections& sections, const uint64_t* best) {
  const float first = value_of(best[0]);
  return a.is_sigmoid && sections.best > 1 ? first + value_of(best[1]) : first;
}

// Puts candidates of all but the best groups behind those of the best.
__device__ void keep_best_groups(const RouterArgs& a, const Sections& sections, Shared& shared) {
  const int i = threadIdx.x;
  uint64_t* groups = shared.keys;  // are not needed any more
  if (i < a.groups) {
    groups[i] = make_key(group_score(a, sections, shared.candidates + i * sections.best), i);
  }
  __syncthreads();
  if (i < sections.candidates()) {
    const uint64_t group = groups[i / sections.best];
    if (place_among(groups, a.groups, group) >= a.groups_used) shared.candidates[i] = last_key(i);
  }
  __syncthreads();
}

// Writes the chosen, best first, where the keys were.
__device__ void choose(const RouterArgs& a, uint64_t key, Shared& shared) {
  const Sections sections(a);
  const int i = threadIdx.x, section = i / sections.size;
  shared.keys[i] = key;
  __syncthreads();
  if (section < sections.count) {
    const int place = place_among(shared.keys + section * sections.size, sections.size, key);
    if (place < sections.best) shared.candidates[section * sections.best + place] = key;
  }
  __syncthreads();
  if (a.groups > 1) keep_best_groups(a, sections, shared);
  if (i < sections.candidates()) {
    const uint64_t mine = shared.candidates[i];
    const int place = place_among(shared.candidates, sections.candidates(), mine);
    if (place < a.experts_per_token) shared.keys[place] = mine;
  }
  __syncthreads();
}

__global__ void __launch_bounds__(kMaxExperts) router_kernel(RouterArgs a) {
  KT_SHARED(memory);
  Shared shared(memory);
  const int i = threadIdx.x;
  const bool is_expert = i < a.experts;
  const int64_t token = blockIdx.x;
  const float bias = is_expert && a.bias ? a.bias[i] : 0.0f;
  const float score = gate(a, is_expert ? a.logits[token * a.experts + i] : -INFINITY);
  shared.scores[i] = score;
  choose(a, is_expert ? make_key(score + bias, i) : last_key(i), shared);
  if (i >= a.experts_per_token) return;
  const int id = id_of(shared.keys[i]);
  float total = 1e-20f;  // so that weights that all vanish stay finite
  for (int k = 0; k < a.experts_per_token; ++k) total += shared.scores[id_of(shared.keys[k])];
  const int64_t out = token * a.experts_per_token + i;
  a.ids[out] = id;
  a.weights[out] = shared.scores[id] * (a.normalize ? a.scale / total : a.scale);
}

}  // namespace

void router(Stream& stream, const RouterArgs& a, int64_t tokens) {
  const int threads = (a.experts + kWarp - 1) / kWarp * kWarp;
  KT_LAUNCH(router_kernel, static_cast<unsigned>(tokens), threads, Shared::bytes(threads), stream,
            a);
}

}  // namespace kt::cuda
