// SPDX-License-Identifier: Apache-2.0
// Pairs grouped by expert: a counting sort in one block. Each warp has a slice of the pairs, counts
// them by expert and later places them in order; between the two, counts become places.
// COST 8 bytes a pair read, 4 written. For one token bound by latency, four barriers: about 1.5 µs
// beside the launch. For 65536 pairs bound by one multiprocessor, about 40 µs on any card, of the
// many milliseconds that a layer of so many tokens takes.
#include <algorithm>

#include "../device.cuh"
#include "../kernels.h"
#include "reduce.cuh"

namespace kt::cuda {
namespace {

constexpr int kMaxThreads = 1024;
constexpr int kMaxCounts = 16384;  // in shared memory

int rounded_up(int count) { return (count + kWarp - 1) / kWarp * kWarp; }

// The slices of the pairs, one for a warp.
struct Slices {
  int count, pairs;
};

__device__ __forceinline__ unsigned lanes_below() { return (1u << threadIdx.x % kWarp) - 1; }

// The lanes that have this lane's id, which is below `ids`.
__device__ unsigned peers_of(int id, bool valid, int ids) {
  unsigned peers = __ballot_sync(0xffffffffu, valid);
  for (int bit = 1; bit < ids; bit *= 2) {
    const unsigned set = __ballot_sync(0xffffffffu, (id & bit) != 0);
    peers &= id & bit ? set : ~set;
  }
  return peers;
}

// The expert of a pair; those that are elsewhere are the bucket behind the others.
__device__ __forceinline__ int bucket_of(const ExpertPlanArgs& a, int pair) {
  return a.slots ? a.slots[a.ids[pair]] : a.ids[pair];
}

// Counts the pairs of each slice and bucket: counts [slices, buckets].
__device__ void count_pairs(const ExpertPlanArgs& a, const Slices& slices, int buckets,
                            int* counts) {
  for (int i = threadIdx.x; i < slices.count * buckets; i += blockDim.x) counts[i] = 0;
  __syncthreads();
  const int per_slice = slices.pairs;
  for (int p = threadIdx.x; p < a.pairs; p += blockDim.x) {
    atomicAdd(&counts[p / per_slice * buckets + bucket_of(a, p)], 1);
  }
  __syncthreads();
}

// Pairs, and experts that have some: of one expert, or of all before it.
struct Before {
  int pairs, active;
};

__device__ Before warp_inclusive(Before mine) {
  const int lane = threadIdx.x % kWarp;
  for (int step = 1; step < kWarp; step *= 2) {
    const int pairs = __shfl_up_sync(0xffffffffu, mine.pairs, step);
    const int active = __shfl_up_sync(0xffffffffu, mine.active, step);
    if (lane < step) continue;
    mine.pairs += pairs;
    mine.active += active;
  }
  return mine;
}

// The sums over all threads before this one.
__device__ Before block_exclusive(Before mine) {
  __shared__ Before totals[kMaxWarps];
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const Before upto = warp_inclusive(mine);
  if (lane == kWarp - 1) totals[warp] = upto;
  __syncthreads();
  const Before other = lane < warp ? totals[lane] : Before{0, 0};
  return {warp_sum(other.pairs) + upto.pairs - mine.pairs,
          warp_sum(other.active) + upto.active - mine.active};
}

// Writes offsets and active experts, and makes each count the place of its first pair.
__device__ void place_experts(const ExpertPlanArgs& a, int slices, int buckets, int* counts) {
  const int e = threadIdx.x;
  const bool is_expert = e < a.experts;
  int total = 0;
  for (int s = 0; e < buckets && s < slices; ++s) total += counts[s * buckets + e];
  const Before before = block_exclusive({total, is_expert && total > 0});
  if (is_expert) {
    int* active = a.plan + a.experts + 1 + a.pairs;
    a.plan[e] = before.pairs;
    if (total > 0) active[1 + before.active] = e;
    if (e == a.experts - 1) {
      a.plan[a.experts] = before.pairs + total;
      *active = before.active + (total > 0);
    }
  }
  int place = before.pairs;
  for (int s = 0; e < buckets && s < slices; ++s) {
    const int count = counts[s * buckets + e];
    counts[s * buckets + e] = place;
    place += count;
  }
  __syncthreads();
}

// Places the pairs of this warp's slice; places [buckets] are those of the next of each.
__device__ void place_pairs(const ExpertPlanArgs& a, const Slices& slices, int buckets, int slice,
                            int* places) {
  const int end = min(a.pairs, (slice + 1) * slices.pairs);
  for (int first = slice * slices.pairs; first < end; first += kWarp) {
    const int p = first + threadIdx.x % kWarp;
    const bool valid = p < end;
    const int bucket = valid ? bucket_of(a, p) : 0;
    const unsigned peers = peers_of(bucket, valid, buckets);
    const unsigned below = peers & lanes_below();
    if (valid) a.plan[a.experts + 1 + places[bucket] + __popc(below)] = p;
    __syncwarp();  // all have read their place
    if (valid && below == 0) places[bucket] += __popc(peers);
    __syncwarp();
  }
}

__global__ void __launch_bounds__(kMaxThreads)
    expert_plan_kernel(ExpertPlanArgs a, Slices slices, int buckets) {
  KT_SHARED(memory);
  int* counts = reinterpret_cast<int*>(memory);
  count_pairs(a, slices, buckets, counts);
  place_experts(a, slices.count, buckets, counts);
  const int warp = threadIdx.x / kWarp;
  if (warp < slices.count) place_pairs(a, slices, buckets, warp, counts + warp * buckets);
}

}  // namespace

void expert_plan(Stream& stream, const ExpertPlanArgs& a, int64_t) {
  const int buckets = a.experts + (a.slots != nullptr);
  const int threads = std::max(rounded_up(buckets), std::min(rounded_up(a.pairs), kMaxThreads));
  const int warps = std::min(threads / kWarp, kMaxCounts / buckets);
  const int pairs = rounded_up((a.pairs + warps - 1) / warps);
  const Slices slices{(a.pairs + pairs - 1) / pairs, pairs};
  const int bytes = slices.count * buckets * static_cast<int>(sizeof(int));
  KT_LAUNCH(expert_plan_kernel, 1, threads, bytes, stream, a, slices, buckets);
}

}  // namespace kt::cuda
