// SPDX-License-Identifier: Apache-2.0
// Shared memory of a block of a tensor-core product.
#pragma once

#include "../device.cuh"
#include "gemm_tiles.h"

namespace kt::cuda {

constexpr int kChunk16 = 8;  // bfloat16 that are copied, or loaded by a lane, together
constexpr int kChunks = kTileDepth / kChunk16;

// Rows of kTileDepth values, whose chunks are swapped so that those of eight rows that are read or
// written together lie in different banks.
template <int kCount>
struct SwizzledRows {
  uint16_t values[kCount * kTileDepth];

  __device__ __forceinline__ uint16_t* at(int row, int chunk) {
    return values + row * kTileDepth + (chunk ^ row % kChunks) * kChunk16;
  }
  __device__ __forceinline__ void store(int row, int chunk, uint4 eight) {
    *reinterpret_cast<uint4*>(at(row, chunk)) = eight;
  }
};

// The weights of one step: codes, and for each group of columns and row what the sums of the group
// are multiplied by, and what is added for each activation.
template <int kGroups, bool kHasLow>
struct WeightStage {
  SwizzledRows<kTileRows> codes;
  float scale[kGroups > 0 ? kGroups : 1][kTileRows];
  float low[kHasLow ? kGroups : 1][kTileRows];
};

template <class Source, int kTokens>
struct TileMemory {
  static constexpr int kStages = 3;
  WeightStage<Source::kGroups, Source::kHasLow> weights[2];
  SwizzledRows<kTokens> x[kStages];
  float sums[2][Source::kHasLow ? Source::kGroups : 1][kTokens];  // of the activations
};

}  // namespace kt::cuda
