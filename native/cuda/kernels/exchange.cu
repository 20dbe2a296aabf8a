// SPDX-License-Identifier: Apache-2.0
// SHAPES  exchange.h.
// COST    The bus: publish writes 4 * values + 8 * pairs bytes to the host's memory, collect reads
//         4 * values from there. For a token of 7168 values 29 KB each: 1.2 us on a 3090 or 4090
//         (PCIe 4, 25 GB/s), 0.6 us on a 5090 or H200 (PCIe 5, 50 GB/s), and 1 to 2 us until the
//         first byte is there.
// ERROR   None, but for the one rounding of start + result.
#include "../exchange.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>

#include "../device.cuh"
#include "reduce.cuh"

namespace kt::cuda {
namespace {

constexpr int kMostThreads = 1024;
constexpr int kInputThreads = 256;
// Of 16 bytes, for each thread: a token is one block's, which waits for no other.
constexpr int64_t kAccesses = 4;
// Enough to have 512 KiB on their way across the bus.
constexpr int64_t kMostBlocks = 32;
constexpr unsigned kNapNs = 100;

// The last block to finish stores the number: then the data of all blocks can be seen. A fence of
// one thread is for all that its block stored before the barrier.
__device__ void store_after_all_blocks(Signal signal, int* ticket) {
  __syncthreads();
  if (threadIdx.x != 0) return;
  __threadfence_system();
  if (gridDim.x > 1) {
    if (atomicAdd(ticket, 1) != static_cast<int>(gridDim.x) - 1) return;
    *ticket = 0;
    __threadfence_system();
  }
  store_system(signal.word, signal.number);
}

// One thread looks for all of its block. A wait that nobody answers must end by itself: a card that
// also drives a display is reset otherwise.
__device__ void wait_for(Expected expected) {
  if (threadIdx.x == 0) {
    const uint64_t begin = clock_ns();
    while (static_cast<int32_t>(load_system(expected.word) - expected.number) < 0) {
      if (clock_ns() - begin > expected.patience_ns) {
        store_system(expected.word, kGivenUp);
        break;
      }
      sleep_ns(kNapNs);
    }
  }
  __syncthreads();
}

__global__ void __launch_bounds__(kMostThreads)
    publish_kernel(PublishArgs args, Signal signal, int* ticket) {
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = first; i < args.values / 4; i += step) {
    reinterpret_cast<float4*>(args.mapped_x)[i] = reinterpret_cast<const float4*>(args.x)[i];
  }
  for (int64_t i = first; i < args.pairs; i += step) {
    args.mapped_ids[i] = args.ids[i];
    args.mapped_weights[i] = args.weights[i];
  }
  if (signal.word != nullptr) store_after_all_blocks(signal, ticket);
}

__global__ void __launch_bounds__(kMostThreads)
    collect_kernel(CollectArgs args, Expected expected) {
  if (expected.word != nullptr) wait_for(expected);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < args.values / 4;
       i += step) {
    float4 sum = reinterpret_cast<const float4*>(args.result)[i];
    if (args.start != nullptr) {
      const float4 start = reinterpret_cast<const float4*>(args.start)[i];
      sum.x += start.x;
      sum.y += start.y;
      sum.z += start.z;
      sum.w += start.w;
    }
    reinterpret_cast<float4*>(args.out)[i] = sum;
  }
}

__global__ void __launch_bounds__(kInputThreads)
    copy_inputs_kernel(const int32_t* mapped, int32_t* out, int64_t count) {
  for (int64_t i = threadIdx.x; i < count; i += kInputThreads) out[i] = mapped[i];
}

// No more threads than have something to do, in whole warps.
struct Grid {
  unsigned blocks, threads;
};

Grid grid_for(int64_t accesses) {
  constexpr int64_t kEach = kMostThreads * kAccesses;
  const int64_t whole_warps = (accesses + kWarp - 1) / kWarp * kWarp;
  return {
      static_cast<unsigned>(std::clamp<int64_t>((accesses + kEach - 1) / kEach, 1, kMostBlocks)),
      static_cast<unsigned>(std::clamp<int64_t>(whole_warps, kWarp, kMostThreads))};
}

void check_accesses(int64_t values, std::initializer_list<const void*> pointers) {
  bool fits = values % 4 == 0;
  for (const void* pointer : pointers) fits &= reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
  if (!fits) throw std::invalid_argument("exchanged rows are whole and aligned units of 16 bytes");
}

}  // namespace

void publish(Stream& stream, const PublishArgs& args, const Signal& signal) {
  check_accesses(args.values, {args.x, args.mapped_x});
  const Grid grid = grid_for(std::max(args.values / 4, args.pairs));
  KT_LAUNCH(publish_kernel, grid.blocks, grid.threads, 0, stream, args, signal, stream.tickets());
}

void collect(Stream& stream, const CollectArgs& args, const Expected& expected) {
  check_accesses(args.values, {args.result, args.start, args.out});
  const Grid grid = grid_for(args.values / 4);
  KT_LAUNCH(collect_kernel, grid.blocks, grid.threads, 0, stream, args, expected);
}

void copy_inputs(Stream& stream, const int32_t* mapped, int32_t* out, int64_t count) {
  KT_LAUNCH(copy_inputs_kernel, 1, kInputThreads, 0, stream, mapped, out, count);
}

}  // namespace kt::cuda
