// SPDX-License-Identifier: Apache-2.0
// Interleaved rows to stored ones. A block takes some neighbouring units of a panel through shared
// memory; each of its threads puts one row of one unit together.
#include "../streamed.h"
#include "stored_blocks.cuh"

namespace kt::cuda {
namespace {

// Units that a block of threads takes.
template <class Block>
constexpr int kUnitsAtATime = Block::kWeights == 32 ? 32 : 8;

template <class Block>
constexpr int kThreads = kPanelRows * kUnitsAtATime<Block>;

template <class Block>
constexpr int kUnitBytesAtATime = kUnitsAtATime<Block> * InterleavingOf<Block>::kUnitBytes;

template <class Block>
constexpr int kSharedBytes =
    kUnitBytesAtATime<Block> + kThreads<Block> * static_cast<int>(sizeof(Block));

// COST reads and writes the weights once, bound by memory: an expert of DeepSeek-R1 in Q4_K, 25 MB,
// takes 54 us on a 3090, 50 on a 4090, 28 on a 5090, 12 on an H200; bringing it there takes 1 ms at
// 25 GB/s. ERROR none.
template <class Block>
__global__ void __launch_bounds__(kThreads<Block>) deinterleave_kernel(DeinterleaveArgs args) {
  using Form = InterleavingOf<Block>;
  constexpr int kAtATime = kUnitsAtATime<Block>;
  KT_SHARED(shared);
  const int thread = static_cast<int>(threadIdx.x);
  const int units = args.interleaved.columns / Form::kColumns;
  const int first = static_cast<int>(blockIdx.x) * kAtATime;
  const int count = min(kAtATime, units - first);
  const int64_t panel = blockIdx.y;

  const uint8_t* from = args.interleaved.data + (panel * units + first) * int64_t{Form::kUnitBytes};
  for (int i = thread; i < count * Form::kUnitBytes / 16; i += kThreads<Block>) {
    reinterpret_cast<uint4*>(shared)[i] = reinterpret_cast<const uint4*>(from)[i];
  }
  __syncthreads();

  // Rows one after another, as they will lie.
  Block* blocks = reinterpret_cast<Block*>(shared + kUnitBytesAtATime<Block>);
  const int unit = thread / kPanelRows, row = thread % kPanelRows;
  if (unit < count) {
    put_block(UnitRow<Block>{shared + unit * Form::kUnitBytes, row}, blocks[row * count + unit]);
  }
  __syncthreads();

  constexpr int kBlockBytes = static_cast<int>(sizeof(Block));
  const int row_bytes = count * kBlockBytes;
  for (int r = 0; r < kPanelRows; ++r) {
    uint8_t* out = args.out + ((panel * kPanelRows + r) * units + first) * int64_t{kBlockBytes};
    const auto* row_blocks = reinterpret_cast<const uint8_t*>(blocks + r * count);
    if constexpr (kBlockBytes % 2 == 0) {
      for (int i = thread; i < row_bytes / 2; i += kThreads<Block>) {
        reinterpret_cast<uint16_t*>(out)[i] = reinterpret_cast<const uint16_t*>(row_blocks)[i];
      }
    } else {
      for (int i = thread; i < row_bytes; i += kThreads<Block>) out[i] = row_blocks[i];
    }
  }
}

template <class Block>
void launch_deinterleave(Stream& stream, const DeinterleaveArgs& args) {
  const int units = args.interleaved.columns / Block::kWeights;
  const int columns = (units + kUnitsAtATime<Block> - 1) / kUnitsAtATime<Block>;
  const dim3 grid(static_cast<unsigned>(columns), static_cast<unsigned>(args.rows / kPanelRows));
  KT_LAUNCH((deinterleave_kernel<Block>), grid, kThreads<Block>, kSharedBytes<Block>, stream, args);
}

}  // namespace

void deinterleave(Stream& stream, const DeinterleaveArgs& args) {
  switch (args.interleaved.type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return launch_deinterleave<Block##name>(stream, args);
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return;  // the wrappers let no other type through
  }
}

}  // namespace kt::cuda
