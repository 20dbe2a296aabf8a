// SPDX-License-Identifier: Apache-2.0
// Blocks of cache rows as bfloat16 in shared memory, as tensor cores want them.
//
// Chunks of 16 bytes are permuted within their row, so that eight rows of a column of chunks, which
// is what ldmatrix reads at a time, lie in different banks.
#pragma once

#include "attention_rows.cuh"
#include "cache_values.cuh"

namespace kt::cuda {

constexpr int kPeriod = 8;  // chunks that are permuted among each other

// A chunk of a row of kWidth values, a multiple of 64, and others behind it. Where their distance
// is known when this is compiled, each costs no more than one operation; no bit of it may be one of
// `first`, but for multiples of the period.
template <int kWidth>
class Chunks {
 public:
  __device__ __forceinline__ Chunks(unsigned char* tile, int row, int first)
      : row_(tile + row * (kWidth * 2) + first / kPeriod * (kPeriod << 4)),
        first_(first % kPeriod ^ row % kPeriod) {}

  __device__ __forceinline__ unsigned char* at(int distance) const {
    return row_ + ((first_ ^ distance % kPeriod) << 4) + distance / kPeriod * (kPeriod << 4);
  }

 private:
  unsigned char* row_;
  int first_;
};

// Keys or values of a key head.
struct CacheRows {
  const uint8_t* data;
  int64_t row_bytes;
  int size;
  CacheType type;
  bool is_aligned;  // so that whole chunks can be read
};

__device__ __forceinline__ bool is_aligned(const uint8_t* data, int64_t row_bytes, int size,
                                           CacheType type) {
  const int64_t step = type == CacheType::kQ8_0 ? 2 : 16;
  return reinterpret_cast<uintptr_t>(data) % step == 0 && row_bytes % step == 0 && size % 8 == 0;
}

__device__ __forceinline__ CacheRows rows_of(const AttentionArgs& a, const void* cache,
                                             int64_t row_bytes, int64_t head_bytes, int kv_head,
                                             int size) {
  const uint8_t* const data = static_cast<const uint8_t*>(cache) + kv_head * head_bytes;
  return {data, row_bytes, size, a.type, is_aligned(data, row_bytes, size, a.type)};
}

// Calls body(chunk in shared memory, row in the cache, first column, whether there is anything) for
// the chunks of a tile that this thread brings, each time the same, some of them side by side.
// Eight threads share a row.
template <int kWidth, int kRows, int kThreads, int kTogether, class Body>
__device__ __forceinline__ void for_chunks(const CacheRows& rows, Rows part, unsigned char* tile,
                                           const Body& body) {
  constexpr int kStep = kThreads / kPeriod;  // rows at a time
  static_assert(kRows % kStep == 0);
  const int first = threadIdx.x % kPeriod;
#pragma unroll(kTogether > 1 ? kRows / kStep : 1)
  for (int row = threadIdx.x / kPeriod; row < kRows; row += kStep) {
    const bool is_row = part.begin + row < part.end;
    const int64_t at = is_row ? part.begin + row : part.begin;
    const uint8_t* const from = rows.data + at * rows.row_bytes;
    const Chunks<kWidth> to(tile, row, first);
#pragma unroll kTogether
    for (int chunk = 0; chunk < kWidth / 8; chunk += kPeriod) {
      const int column = (chunk + first) * 8;
      const bool is_there = is_row && column < rows.size;
      body(to.at(chunk), from, column, is_there);
    }
  }
}

// Brings the first kRows of the rows, zeros after the last, through registers.
template <int kWidth, int kRows, int kThreads, int kTogether, class Eight>
__device__ __forceinline__ void convert(const CacheRows& rows, Rows part, unsigned char* tile,
                                        const Eight& eight) {
  for_chunks<kWidth, kRows, kThreads, kTogether>(
      rows, part, tile, [&](unsigned char* to, const uint8_t* row, int column, bool is_there) {
        *reinterpret_cast<uint4*>(to) = is_there ? eight(row, column) : uint4{0, 0, 0, 0};
      });
}
template <CacheType kType, int kWidth, int kRows, int kThreads>
__device__ __forceinline__ void convert_any(const CacheRows& rows, Rows part, unsigned char* tile) {
  const int size = rows.size;
  convert<kWidth, kRows, kThreads, 1>(rows, part, tile, [=](const uint8_t* row, int column) {
    return eight_values<kType>(row, column, size);
  });
}

// The same in the way that suits the rows. What is copied is there after a wait, and `settle`.
template <int kWidth, int kRows, int kThreads>
__device__ __forceinline__ void fetch(const CacheRows& rows, Rows part, unsigned char* tile) {
  constexpr int kTogether = 4;  // loads that are on their way
  if (!rows.is_aligned) {
    switch (rows.type) {
      case CacheType::kF32:
        return convert_any<CacheType::kF32, kWidth, kRows, kThreads>(rows, part, tile);
      case CacheType::kF16:
        return convert_any<CacheType::kF16, kWidth, kRows, kThreads>(rows, part, tile);
      case CacheType::kBf16:
        return convert_any<CacheType::kBf16, kWidth, kRows, kThreads>(rows, part, tile);
      case CacheType::kQ8_0:
        return convert_any<CacheType::kQ8_0, kWidth, kRows, kThreads>(rows, part, tile);
    }
  }
  if (rows.type == CacheType::kF32) {
    convert<kWidth, kRows, kThreads, kTogether>(
        rows, part, tile, [](const uint8_t* row, int column) { return eight_floats(row, column); });
  } else if (rows.type == CacheType::kQ8_0) {
    convert<kWidth, kRows, kThreads, kTogether>(
        rows, part, tile,
        [](const uint8_t* row, int column) { return eight_of_block(row, column); });
  } else {
    for_chunks<kWidth, kRows, kThreads, kWidth / 64>(
        rows, part, tile, [](unsigned char* to, const uint8_t* row, int column, bool is_there) {
          copy_async16(to, row + column * 2, is_there);
        });
  }
}

// Makes of what this thread's copies brought what the tensor cores want.
template <int kWidth, int kRows, int kThreads>
__device__ __forceinline__ void settle(const CacheRows& rows, unsigned char* tile) {
  if (rows.type != CacheType::kF16 || !rows.is_aligned) return;
  for_chunks<kWidth, kRows, kThreads, 2>(
      rows, Rows{0, 0}, tile,
      [](unsigned char* to, const uint8_t*, int, bool) { halves_to_bf16(to); });
}

}  // namespace kt::cuda
