// SPDX-License-Identifier: Apache-2.0
// Rows into caches, and out of them.
//
// COST A value is read and written once: bound by memory. Of 8192 tokens, 576 values each into
// BF16: 28 MB; 30 us on a 3090, 28 us on a 4090, 16 us on a 5090, 7 us on an H200.
// ERROR One rounding to what the cache is made of; of Q8_0, half a step of largest / 127.
#include "../kernels.h"
#include "cache_values.cuh"

namespace kt::cuda {
namespace {

constexpr int kThreads = 128;  // a multiple of kBlock

// As GGML makes these blocks; a warp holds one.
__device__ void store_block(float x, uint8_t* block) {
  const int i = threadIdx.x % kBlock;
  const float step = warp_max(fabsf(x)) / 127.0f;
  const float inverse = step < 1e-30f ? 0.0f : 1.0f / step;
  const int half = float_to_half(step);
  if (i < 2) block[i] = static_cast<uint8_t>(half >> (8 * i));
  block[2 + i] = static_cast<uint8_t>(__float2int_rn(x * inverse));
}

__global__ void __launch_bounds__(kThreads) store_rows_kernel(StoreRowsArgs a) {
  const int token = blockIdx.x, column = blockIdx.y * kThreads + threadIdx.x;
  if (column >= a.width) return;  // of Q8_0, the whole warp: the width is a multiple of a block
  const float x = a.rows[token * a.rows_stride + column];
  uint8_t* const row = static_cast<uint8_t*>(a.cache) + a.places[token] * a.cache_row_bytes;
  switch (a.type) {
    case CacheType::kF32: reinterpret_cast<float*>(row)[column] = x; break;
    case CacheType::kF16: reinterpret_cast<uint16_t*>(row)[column] = float_to_half(x); break;
    case CacheType::kBf16: reinterpret_cast<Bf16*>(row)[column] = to_bf16(x); break;
    case CacheType::kQ8_0: store_block(x, row + column / kBlock * kQ8Bytes); break;
  }
}

__device__ float load_value(CacheType type, const uint8_t* row, int column) {
  switch (type) {
    case CacheType::kF32: return cache_value<CacheType::kF32>(row, column);
    case CacheType::kF16: return cache_value<CacheType::kF16>(row, column);
    case CacheType::kBf16: return cache_value<CacheType::kBf16>(row, column);
    default: return cache_value<CacheType::kQ8_0>(row, column);
  }
}

__global__ void __launch_bounds__(kThreads) load_rows_kernel(LoadRowsArgs a) {
  const int64_t row = blockIdx.x;
  const int column = blockIdx.y * kThreads + threadIdx.x;
  if (column >= a.width) return;
  const uint8_t* const from = static_cast<const uint8_t*>(a.cache) + row * a.cache_row_bytes;
  const float x = load_value(a.type, from, column);
  for (int head = 0; head < a.heads; ++head) {
    a.out[row * a.out_row + head * a.out_head + column] = x;
  }
}

dim3 grid_of(int64_t rows, int width) {
  return dim3(static_cast<unsigned>(rows),
              static_cast<unsigned>((width + kThreads - 1) / kThreads));
}

}  // namespace

void store_rows(Stream& stream, const StoreRowsArgs& args, int64_t tokens) {
  if (tokens == 0) return;
  KT_LAUNCH(store_rows_kernel, grid_of(tokens, args.width), dim3(kThreads), 0, stream, args);
}

void load_rows(Stream& stream, const LoadRowsArgs& args, int64_t rows) {
  if (rows == 0) return;
  KT_LAUNCH(load_rows_kernel, grid_of(rows, args.width), dim3(kThreads), 0, stream, args);
}

}  // namespace kt::cuda
