// SPDX-License-Identifier: Apache-2.0
// Activations as tensor-core products take them.
//
// COST reads 4 bytes for each value, of rows for quantised weights twice, the second time from a
// cache, and writes 2; bound by memory: 8192 x 7168 values are 352 MB, 0.4 ms on a 3090 and a 4090,
// 0.2 on a 5090, 0.08 on an H200. ERROR rounds to bfloat16 or float16, to nearest.
#include "../device.cuh"
#include "gemm_tiles.h"
#include "reduce.cuh"

namespace kt::cuda {
namespace {

constexpr int kRoundThreads = 256;

// The power of two of which a row's largest value is less than 2^15: all of float16's range is
// used, and what that cannot hold is less than 2^-29 of the largest. What is no number stays none.
__device__ float unit_for(float largest) {
  constexpr int kBias = 127, kTop = 14;
  const int exponent = static_cast<int>(__float_as_uint(largest) >> 23);
  if (exponent > 2 * kBias) return 1;
  return __uint_as_float(static_cast<uint32_t>(max(exponent - kTop, 1)) << 23);
}

// A block for a row; a thread for a pair at a time, which are neighbours in both orders.
__global__ void __launch_bounds__(kRoundThreads) round_row(RoundArgs a) {
  __shared__ Partials partials;
  const int r = static_cast<int>(blockIdx.x), t = r % a.tokens;
  const int64_t token = a.pairs ? a.pairs[t] / a.divisor : t;
  const float* x = a.x + token * a.x_token + r / a.tokens * a.x_group;
  auto* out = reinterpret_cast<uint32_t*>(a.out.values + int64_t{r} * a.out.pitch);
  const int thread = static_cast<int>(threadIdx.x), padded = padded_columns(a.columns);
  float inverse = 1;
  if (is_scaled(a.type)) {
    float largest = 0;
#pragma unroll 4
    for (int c = thread; c < a.columns; c += kRoundThreads) largest = fmaxf(largest, fabsf(x[c]));
    const float unit = unit_for(block_max(largest, partials));
    if (thread == 0) a.out.units[r] = unit;
    inverse = 1 / unit;
  }
#pragma unroll 4
  for (int i = 2 * thread; i < padded; i += 2 * kRoundThreads) {
    const int column = i / kTileDepth * kTileDepth + column_at(i % kTileDepth);
    const float first = column < a.columns ? x[column] : 0.0f;
    const float second = column + 1 < a.columns ? x[column + 1] : 0.0f;
    if (is_scaled(a.type)) {
      out[i / 2] = pack_half(first * inverse, second * inverse);
      continue;
    }
    const Bf16 upper[2] = {to_bf16(first), to_bf16(second)};
    out[i / 2] = upper[0].bits | uint32_t{upper[1].bits} << 16;
    if (is_split(a.type)) {
      out[(padded + i) / 2] = pack_bf16(first - to_float(upper[0]), second - to_float(upper[1]));
    }
  }
}

}  // namespace

void round_rows(Stream& stream, const RoundArgs& args) {
  if (args.out.rows == 0) return;
  KT_LAUNCH(round_row, dim3(static_cast<unsigned>(args.out.rows)), kRoundThreads, 0, stream, args);
}

}  // namespace kt::cuda
