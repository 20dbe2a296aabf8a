// SPDX-License-Identifier: Apache-2.0
// Which of many keys are the largest: a radix select by all threads of a block, a byte a pass. Its
// counts do not depend on the order in which threads come to count.
#pragma once

#include "keys.cuh"
#include "reduce.cuh"

namespace kt::cuda {

constexpr int kDigitBits = 8;
constexpr int kDigits = 1 << kDigitBits;

struct Selection {
  int counts[kDigits];  // of the keys that are still in question, by the digit of this pass
  int digit, wanted;    // the digit of the last key that is wanted; how many are, of those with it
  bool is_whole;        // whether all with it are
  int collected;
};

// Finds the digit by a warp, whose first lane has the largest digits.
__device__ inline void find_digit(int wanted, Selection& shared) {
  constexpr int kPerLane = kDigits / kWarp;
  const int lane = threadIdx.x, first = kDigits - 1 - lane * kPerLane;
  int own = 0;
  for (int i = 0; i < kPerLane; ++i) own += shared.counts[first - i];
  int upto = own;
  for (int step = 1; step < kWarp; step *= 2) {
    const int other = __shfl_up_sync(0xffffffffu, upto, step);
    if (lane >= step) upto += other;
  }
  int left = wanted - (upto - own);  // how many this lane has to give
  if (left <= 0 || left > own) return;
  int digit = first;
  for (; shared.counts[digit] < left; --digit) left -= shared.counts[digit];
  shared.digit = digit;
  shared.wanted = left;
  shared.is_whole = shared.counts[digit] == left;
}

// A bound such that `wanted` of the keys are not below it; 0 if there are no more than these. The
// keys are key_at(0) to key_at(count - 1), no two of them equal.
template <class KeyAt>
__device__ uint64_t lower_bound_of_largest(int count, int wanted, const KeyAt& key_at,
                                           Selection& shared) {
  if (count <= wanted) return 0;
  uint64_t bound = 0, known = 0;  // the digits that are known, and where these are
  for (int shift = 64 - kDigitBits; shift >= 0; shift -= kDigitBits) {
    for (int i = threadIdx.x; i < kDigits; i += blockDim.x) shared.counts[i] = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
      const uint64_t key = key_at(i);
      if ((key & known) == bound) atomicAdd(&shared.counts[key >> shift & (kDigits - 1)], 1);
    }
    __syncthreads();
    if (threadIdx.x < kWarp) find_digit(wanted, shared);
    __syncthreads();
    bound |= static_cast<uint64_t>(shared.digit) << shift;
    known |= static_cast<uint64_t>(kDigits - 1) << shift;
    if (shared.is_whole) break;
    wanted = shared.wanted;
  }
  return bound;
}

// Puts the `wanted` largest keys, or all if there are no more, to `out` in any order.
template <class KeyAt>
__device__ void select_largest(int count, int wanted, const KeyAt& key_at, uint64_t* out,
                               Selection& shared) {
  if (threadIdx.x == 0) shared.collected = 0;
  const uint64_t bound = lower_bound_of_largest(count, wanted, key_at, shared);
  __syncthreads();
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    const uint64_t key = key_at(i);
    if (key >= bound) out[atomicAdd(&shared.collected, 1)] = key;
  }
  __syncthreads();
}

}  // namespace kt::cuda
