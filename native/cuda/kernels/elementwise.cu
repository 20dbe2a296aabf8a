// SPDX-License-Identifier: Apache-2.0
// Kernels that change elements by themselves.
#include "../device.cuh"
#include "../kernels.h"

namespace kt::cuda {
namespace {

constexpr int kThreads = 256;

// COST reads 8 bytes and writes 4 an element, bound by memory: 7168 elements of 8192 tokens take
// 0.75 ms on a 3090, 0.70 on a 4090, 0.39 on a 5090, 0.16 on an H200.
// ERROR one rounding.
__global__ void __launch_bounds__(kThreads) add_kernel(AddArgs args) {
  const int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i < args.count) args.out[i] = fmaf(args.factor, args.y[i], args.x[i]);
}

}  // namespace

void add(Stream& stream, const AddArgs& args, int64_t) {
  const auto blocks = static_cast<unsigned>((args.count + kThreads - 1) / kThreads);
  if (blocks) KT_LAUNCH(add_kernel, blocks, kThreads, 0, stream, args);
}

}  // namespace kt::cuda
