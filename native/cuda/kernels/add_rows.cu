// SPDX-License-Identifier: Apache-2.0
// The sums of an expert's tokens, added where those tokens are.
#include "../device.cuh"
#include "../streamed.h"

namespace kt::cuda {
namespace {

constexpr int kThreads = 256;

// COST reads 8 bytes and writes 4 an element, bound by memory: 7168 elements of 1024 tokens take
// 94 us on a 3090, 88 on a 4090, 49 on a 5090, 20 on an H200.
// ERROR one rounding.
__global__ void __launch_bounds__(kThreads) add_rows_kernel(AddRowsArgs args) {
  const float* x = args.x + int64_t{blockIdx.x} * args.width;
  float* out = args.out + int64_t{args.rows[blockIdx.x]} * args.width;
  for (int i = threadIdx.x; i < args.width; i += kThreads) out[i] += x[i];
}

}  // namespace

void add_rows(Stream& stream, const AddRowsArgs& args) {
  const auto blocks = static_cast<unsigned>(args.count);
  if (blocks) KT_LAUNCH(add_rows_kernel, blocks, kThreads, 0, stream, args);
}

}  // namespace kt::cuda
