// SPDX-License-Identifier: Apache-2.0
// RMS norm, of rows or of sums of two: a row has a warp, or as many as can hold all of it in
// registers, so that it is read once; wider rows are read twice.
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

  // += factor * row
  __device__ __forceinline__ void add(const float* row, float factor, int first, int width) {
#pragma unroll
    for (int j = 0; j < kHeld; ++j) {
      const float4 y = load_quad(row, place(first, j), width);
      float4& x = quads[j];
      x = make_float4(fmaf(factor, y.x, x.x), fmaf(factor, y.y, x.y), fmaf(factor, y.z, x.z),
                      fmaf(factor, y.w, x.w));
    }
  }

  __device__ __forceinline__ void store(float* row, int first, int width) const {
#pragma unroll
    for (int j = 0; j < kHeld; ++j) store_quad(row, place(first, j), width, quads[j]);
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

// Normalises a row. `load` brings a part of it, once each; read again, it is there.
template <class Load>
__device__ __forceinline__ void norm_row(const float* row, const float* weights, float* out,
                                         int width, float eps, const Load& load) {
  const int step = static_cast<int>(blockDim.x) * kHeld * kQuad;
  Part x, weight;
  weight.load(weights, 0, width);  // asked for before anything waits
  float sum = 0;
  // From the last part on: the first stays in registers, and mostly there is no other.
  for (int first = (width - 1) / step * step; first >= 0; first -= step) {
    load(x, first);
    sum += x.squares();
  }
  const float factor = 1.0f / sqrtf(row_sum(sum) / static_cast<float>(width) + eps);
  store_normed(x, weight, factor, out, 0, width);
  for (int first = step; first < width; first += step) {
    x.load(row, first, width);
    weight.load(weights, first, width);
    store_normed(x, weight, factor, out, first, width);
  }
}

// The row of this thread; there may be none, then for a whole warp, where rows have one each and no
// barrier.
__device__ __forceinline__ int64_t own_row() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
}

__global__ void __launch_bounds__(kMaxThreads, 2) rms_norm_kernel(RmsNormArgs a, int64_t rows) {
  const int64_t row = own_row();
  if (row >= rows) return;
  const int64_t token = row / a.groups, group = row % a.groups;
  const float* const x = a.x + token * a.x_token + group * a.x_group;
  float* const out = a.out + token * a.out_token + group * a.out_group;
  norm_row(x, a.weight, out, a.width, a.eps,
           [&](Part& part, int first) { part.load(x, first, a.width); });
}

__global__ void __launch_bounds__(kMaxThreads) add_rms_norm_kernel(AddRmsNormArgs a, int64_t rows) {
  const int64_t row = own_row();
  if (row >= rows) return;
  const int64_t at = row * a.width;
  float* const sum = a.sum + at;
  norm_row(sum, a.weight, a.out + at, a.width, a.eps, [&](Part& part, int first) {
    part.load(a.x + at, first, a.width);
    part.add(a.change + at, a.factor, first, a.width);
    part.store(sum, first, a.width);
  });
}

// Threads of a row, rows of a block.
dim3 block_of(int width) {
  int threads = kWarp;
  while (threads < kMaxThreads && threads * kHeld * kQuad < width) threads *= 2;
  return dim3(threads, threads == kWarp ? kWarpRows : 1);
}

unsigned blocks_for(int64_t rows, const dim3& block) {
  return static_cast<unsigned>((rows + block.y - 1) / block.y);
}

}  // namespace

void rms_norm(Stream& stream, const RmsNormArgs& a, int64_t rows) {
  const dim3 block = block_of(a.width);
  KT_LAUNCH(rms_norm_kernel, blocks_for(rows, block), block, 0, stream, a, rows);
}

void add_rms_norm(Stream& stream, const AddRmsNormArgs& a, int64_t rows) {
  const dim3 block = block_of(a.width);
  KT_LAUNCH(add_rms_norm_kernel, blocks_for(rows, block), block, 0, stream, a, rows);
}

}  // namespace kt::cuda
