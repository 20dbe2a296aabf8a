// SPDX-License-Identifier: Apache-2.0
// Sums and maxima over all threads of a block, in a fixed order, with one barrier: every warp
// combines the results of all warps for itself. `partials` is shared memory that a block may use
// once, since nothing keeps the next use from overtaking this one's readers.
#pragma once

#include "../device.cuh"

namespace kt::cuda {

constexpr int kWarp = 32;
constexpr int kMaxWarps = 32;  // in a block
using Partials = float[kMaxWarps];

// The result of this lane's warp, of all warps; `none` for lanes that have no warp.
__device__ __forceinline__ float exchange(float value, float none, Partials& partials) {
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int warps = (blockDim.x + kWarp - 1) / kWarp;
  if (lane == 0) partials[warp] = value;
  __syncthreads();
  return lane < warps ? partials[lane] : none;
}

__device__ __forceinline__ float block_sum(float value, Partials& partials) {
  return warp_sum(exchange(warp_sum(value), 0, partials));
}

__device__ __forceinline__ float block_max(float value, Partials& partials) {
  const float most = warp_max(value);
  return warp_max(exchange(most, most, partials));
}

}  // namespace kt::cuda
