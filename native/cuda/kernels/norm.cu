// SPDX-License-Identifier: Apache-2.0
// RMS norm: a row has a warp, or as many as can hold all of it in registers, so that it is read
// once; wider rows are read twice.
// COST 8 bytes an element, and the weight once a block. One row of 7168 (86 KB, one multiprocessor)
// is bound by latency: two rounds to memory, which overlap, a barrier and a store, about 1.5 µs
// beside the launch. 512 rows of 7168 are bound by memory: 31 µs on a 3090, 29 on a 4090, 16 on a
// 5090, 7 on an H200.
// ERROR that of float32 sums over width / threads terms, then over threads in pairs.
#include "../device.cuh"
#include "../kernels.h"
#include "quads.cuh"
#include "reduce.cuh"

namespace kt::cuda {
namespace {

constexpr int kHeld = 4;  // quads of a row that a thread holds
constexpr int kMaxThreads = 512;
constexpr int kWarpRows = 4;  // rows in a block of those that have a warp each

// A part of a row: quads of one thread, those of its row's threads side by side.
struct Part {
  float4 quads[kHeld];

  __device__ __forceinline__ void load(const float* row, int first, int width) {
#pragma unroll
    for (int j = 0; j < kHeld; ++j) {
      quads[j] = load_quad(row, place(first, j), width);
    }
  }

  __device__ __forceinline__ float squares() const {
    float sum = 0;
#pragma unroll
    for (const float4& q : quads) sum += (q.x * q.x + q.y * q.y) + (q.z * q.z + q.w * q.w);
    return sum;
  }

  // The first element of the j-th quad.
  __device__ __forceinline__ static int place(int first, int j) {
    return first + (j * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x)) * kQuad;
  }
};

__device__ __forceinline__ void store_normed(const Part& x, const Part& weight, float factor,
                                             float* out, int first, int width) {
#pragma unroll
  for (int j = 0; j < kHeld; ++j) {
    const float4 &q = x.quads[j], &w = weight.quads[j];
    store_quad(out, Part::place(first, j), width,
               make_float4(q.x * factor * w.x, q.y * factor * w.y, q.z * factor * w.z,
                           q.w * factor * w.w));
  }
}

__device__ __forceinline__ float row_sum(float sum) {
  __shared__ Partials partials;
  return blockDim.x == kWarp ? warp_sum(sum) : block_sum(sum, partials);
}

__global__ void __launch_bounds__(kMaxThreads, 2) rms_norm_kernel(RmsNormArgs a, int64_t rows) {
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= rows) return;  // a whole warp, where rows have one each and no barrier
  const int64_t token = row / a.groups, group = row % a.groups;
  const float* source = a.x + token * a.x_token + group * a.x_group;
  float* out = a.out + token * a.out_token + group * a.out_group;
  const int step = static_cast<int>(blockDim.x) * kHeld * kQuad;
  Part x, weight;
  weight.load(a.weight, 0, a.width);  // asked for before anything waits
  float sum = 0;
  // From the last part on: the first stays in registers, and mostly there is no other.
  for (int first = (a.width - 1) / step * step; first >= 0; first -= step) {
    x.load(source, first, a.width);
    sum += x.squares();
  }
  const float factor = 1.0f / sqrtf(row_sum(sum) / static_cast<float>(a.width) + a.eps);
  store_normed(x, weight, factor, out, 0, a.width);
  for (int first = step; first < a.width; first += step) {
    x.load(source, first, a.width);
    weight.load(a.weight, first, a.width);
    store_normed(x, weight, factor, out, first, a.width);
  }
}

}  // namespace

void rms_norm(Stream& stream, const RmsNormArgs& a, int64_t rows) {
  int threads = kWarp;
  while (threads < kMaxThreads && threads * kHeld * kQuad < a.width) threads *= 2;
  const int in_block = threads == kWarp ? kWarpRows : 1;
  const dim3 grid(static_cast<unsigned>((rows + in_block - 1) / in_block));
  KT_LAUNCH(rms_norm_kernel, grid, dim3(threads, in_block), 0, stream, a, rows);
}

}  // namespace kt::cuda
