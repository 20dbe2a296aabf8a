// SPDX-License-Identifier: Apache-2.0
// Rotary positions: the table of a step's angles, and the turning of pairs, one a thread.
// COST the table is a few kilobytes, once a step. Turning moves 16 bytes a pair: bound by memory,
// or for one token (128 heads of 32 pairs: 64 KB) by the launch. 512 tokens of 128 heads of 32
// pairs: 36 µs on a 3090, 33 on a 4090, 19 on a 5090, 8 on an H200.
// ERROR of an angle its rounding to float32, 6e-8 of it; of cosine and sine two units of the last
// place; of turning three roundings.
#include "../device.cuh"
#include "../kernels.h"

namespace kt::cuda {
namespace {

constexpr int kThreads = 128;

unsigned blocks_for(int64_t pairs) {
  return static_cast<unsigned>((pairs + kThreads - 1) / kThreads);
}

__global__ void __launch_bounds__(kThreads) rope_table_kernel(RopeTableArgs a) {
  const int p = blockIdx.y * kThreads + threadIdx.x;
  if (p >= a.pairs) return;
  const float angle = static_cast<float>(a.positions[blockIdx.x]) * a.frequencies[p];
  float sine, cosine;
  sincosf(angle, &sine, &cosine);
  float* out = a.out + (static_cast<int64_t>(blockIdx.x) * a.pairs + p) * 2;
  out[0] = cosine * a.scale;
  out[1] = sine * a.scale;
}

__global__ void __launch_bounds__(kThreads) rope_kernel(RopeArgs a) {
  const int index = blockIdx.y * kThreads + threadIdx.x;
  if (index >= a.heads * a.pairs) return;
  const int64_t token = blockIdx.x;
  const int head = index / a.pairs, pair = index % a.pairs;
  const int first = a.interleaved ? 2 * pair : pair;
  const int second = a.interleaved ? first + 1 : pair + a.pairs;
  const float* angle = a.table + (token * a.pairs + pair) * 2;
  const float* x = a.x + token * a.x_token + head * a.x_head;
  float* out = a.out + token * a.out_token + head * a.out_head;
  const float cosine = angle[0], sine = angle[1], x1 = x[first], x2 = x[second];
  out[first] = x1 * cosine - x2 * sine;
  out[second] = x1 * sine + x2 * cosine;
}

}  // namespace

void rope_table(Stream& stream, const RopeTableArgs& a, int64_t tokens) {
  const dim3 grid(static_cast<unsigned>(tokens), blocks_for(a.pairs));
  KT_LAUNCH(rope_table_kernel, grid, kThreads, 0, stream, a);
}

void rope(Stream& stream, const RopeArgs& a, int64_t tokens) {
  const dim3 grid(static_cast<unsigned>(tokens), blocks_for(a.heads * a.pairs));
  KT_LAUNCH(rope_kernel, grid, kThreads, 0, stream, a);
}

}  // namespace kt::cuda
