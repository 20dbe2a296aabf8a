// SPDX-License-Identifier: Apache-2.0
// What an emulated thread's turn, a product of tensor cores and a copy cost.
#include <cstdio>
#include <ctime>

#include "arrays.h"
#include "device.cuh"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr int kRounds = 200;
constexpr int kThreads = 256;
constexpr int kBlocks = 20;

__global__ void nothing(int*) {}

__global__ void barriers(int*) {
  for (int i = 0; i < kRounds; ++i) __syncthreads();
}

__global__ void shuffles(int* out) {
  int value = static_cast<int>(threadIdx.x);
  for (int i = 0; i < kRounds; ++i) value += __shfl_xor_sync(0xFFFFFFFFu, value, 1);
  out[threadIdx.x] = value;
}

__global__ void products(int* out) {
  float d[4] = {};
  const uint32_t a[4] = {}, b[2] = {};
  for (int i = 0; i < kRounds; ++i) mma_bf16(d, a, b);
  out[threadIdx.x] = static_cast<int>(d[0]);
}

__global__ void loads(int* out) {
  KT_SHARED(shared);
  uint32_t r[4];
  for (int i = 0; i < kRounds; ++i) ldmatrix_x4(r, shared + 16 * (threadIdx.x % 32));
  out[threadIdx.x] = static_cast<int>(r[0]);
}

__global__ void copies(int* in) {
  KT_SHARED(shared);
  for (int i = 0; i < kRounds; ++i) {
    copy_async16(shared + 16 * (threadIdx.x % 32), in);
    commit_copies();
    wait_copies<0>();
  }
}

// Nanoseconds of the processor's time for one of `units` things that each block does.
void measure(Stream& stream, const char* name, void (*kernel)(int*), int units, int* memory) {
  KT_LAUNCH(kernel, 1, kThreads, 512, stream, memory);
  stream.synchronize();
  const std::clock_t begin = std::clock();
  KT_LAUNCH(kernel, kBlocks, kThreads, 512, stream, memory);
  stream.synchronize();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("%-28s %8.1f ns\n", name, seconds * 1e9 / kBlocks / units);
}

}  // namespace

int main() {
  Stream stream;
  const Array<int> memory(kThreads);
  constexpr int kWarps = kThreads / 32;
  measure(stream, "thread of an empty block", nothing, kThreads, memory.data());
  measure(stream, "thread at a barrier", barriers, kRounds * kThreads, memory.data());
  measure(stream, "lane in a shuffle", shuffles, kRounds * kThreads, memory.data());
  measure(stream, "ldmatrix_x4 of a warp", loads, kRounds * kWarps, memory.data());
  measure(stream, "mma_bf16 of a warp", products, kRounds * kWarps, memory.data());
  measure(stream, "copy_async16 of a thread", copies, kRounds * kThreads, memory.data());
  return 0;
}
