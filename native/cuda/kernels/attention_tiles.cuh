// SPDX-License-Identifier: Apache-2.0
// Blocks of cache rows as numbers of sixteen bits in shared memory, as tensor cores want them.
//
// Chunks of 16 bytes are permuted within their row, so that eight rows of a column of chunks, which
// is what ldmatrix reads at a time, lie in different banks.
#pragma once

#include "attention_rows.cuh"
#include "cache_values.cuh"
#include "quads.cuh"

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

// Puts kQueries of a run, from `skip` on, times scale, into shared memory; zeros where there are
// none. Eight threads share one, whose loads are all on their way at a time.
template <class Numbers, int kWidth, int kQueries, int kThreads>
__device__ __forceinline__ void put_queries(const AttentionArgs& a, const Run& run, int kv_head,
                                            int skip, unsigned char* tile) {
  constexpr int kEach = kWidth / 8 / kPeriod;  // chunks of a thread
  const int first = threadIdx.x % kPeriod;
#pragma unroll 1
  for (int query = threadIdx.x / kPeriod; query < kQueries; query += kThreads / kPeriod) {
    const bool is_there = skip + query < run.count;
    const float* const q =
        query_values(a, query_of(a, kv_head, run.first + (is_there ? skip + query : 0)));
    const int size = is_there ? a.key_size : 0;
    float4 x[kEach][2];
    if (size % 8 == 0 && is_whole(q, 0, kQuad)) {
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        const int column = (i * kPeriod + first) * 8;
        const auto* const from = reinterpret_cast<const float4*>(q + column);
        x[i][0] = column < size ? from[0] : float4{0, 0, 0, 0};
        x[i][1] = column < size ? from[1] : float4{0, 0, 0, 0};
      }
    } else {
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        const int column = (i * kPeriod + first) * 8;
        x[i][0] = load_quad(q, column, size), x[i][1] = load_quad(q, column + kQuad, size);
      }
    }
    const Chunks<kWidth> to(tile, query, first);
#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      const float4 y = x[i][0], z = x[i][1];
      *reinterpret_cast<uint4*>(to.at(i * kPeriod)) = {
          Numbers::pack(a.scale * y.x, a.scale * y.y), Numbers::pack(a.scale * y.z, a.scale * y.w),
          Numbers::pack(a.scale * z.x, a.scale * z.y), Numbers::pack(a.scale * z.z, a.scale * z.w)};
    }
  }
}

// Loads right factors so many steps before they are multiplied, which takes as long as they do.
template <int kSteps, int kBefore = 2, class Load, class Multiply>
__device__ __forceinline__ void ahead(const Load& load, const Multiply& multiply) {
  uint32_t b[kBefore + 1][4];
#pragma unroll
  for (int step = 0; step < smaller(kBefore, kSteps); ++step) load(step, b[step]);
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
    const int later = step + kBefore;
    if (later < kSteps) load(later, b[later % (kBefore + 1)]);
    multiply(step, b[step % (kBefore + 1)]);
  }
}

// Keys or values of a key head.
struct CacheRows {
  const uint8_t* data;
  int64_t row_bytes;
  int size;
  CacheType type;
  bool is_aligned;  // so that whole chunks can be read
};

__host__ __device__ __forceinline__ bool is_aligned(const uint8_t* data, int64_t row_bytes,
                                                    int size, CacheType type) {
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
// Eight threads share a row, or a multiple of eight if there are more than enough.
template <int kWidth, int kRows, int kThreads, int kTogether, class Body>
__device__ __forceinline__ void for_chunks(const CacheRows& rows, Rows part, unsigned char* tile,
                                           const Body& body) {
  constexpr int kStep = smaller(kThreads / kPeriod, kRows);  // rows at a time
  constexpr int kSharers = kThreads / kStep;                 // of a row
  static_assert(kRows % kStep == 0 && kThreads % kStep == 0);
  const int first = threadIdx.x % kPeriod + threadIdx.x / kPeriod / kStep * kPeriod;
#pragma unroll(kTogether > 1 ? kRows / kStep : 1)
  for (int row = threadIdx.x / kPeriod % kStep; row < kRows; row += kStep) {
    const bool is_row = part.begin + row < part.end;
    const int64_t at = is_row ? part.begin + row : part.begin;
    const uint8_t* const from = rows.data + at * rows.row_bytes;
    const Chunks<kWidth> to(tile, row, first);
#pragma unroll kTogether
    for (int chunk = 0; chunk < kWidth / 8; chunk += kSharers) {
      if (chunk + kSharers > kWidth / 8 && chunk + first >= kWidth / 8) break;
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

// What a thread copies of rows of 16 bits a value in whole chunks, a tile after the other.
template <int kWidth, int kRows, int kThreads>
class RowCopies {
 public:
  __device__ __forceinline__ RowCopies(const CacheRows& rows, int begin)
      : from_(rows.data + (int64_t{begin} + row()) * rows.row_bytes + first() * 16),
        step_(kRows * rows.row_bytes),
        columns_(rows.size - first() * 8) {}

  // left: rows from the tile's first one on; others are zeros.
  __device__ __forceinline__ void copy(int left, unsigned char* tile) {
    const bool is_row = row() < left;
    const Chunks<kWidth> to(tile, row(), first());
#pragma unroll
    for (int chunk = 0; chunk < kWidth / 8; chunk += kSharers) {
      if (chunk + kSharers > kWidth / 8 && chunk + first() >= kWidth / 8) break;
      copy_async16(to.at(chunk), from_ + chunk * 16, is_row && chunk * 8 < columns_);
    }
    from_ += step_;
  }

 private:
  static constexpr int kSharers = kThreads / kRows;  // of a row
  static_assert(kThreads % kRows == 0 && kSharers % kPeriod == 0);
  __device__ static int row() { return threadIdx.x / kPeriod % kRows; }
  __device__ static int first() {
    return threadIdx.x % kPeriod + threadIdx.x / kPeriod / kRows * kPeriod;
  }

  const uint8_t* from_;
  int64_t step_;
  int columns_;
};

// Brings rows of 16 bits a value in whole chunks, which are there after a wait.
template <int kWidth, int kRows, int kThreads>
__device__ __forceinline__ void copy_rows(const CacheRows& rows, Rows part, unsigned char* tile) {
  for_chunks<kWidth, kRows, kThreads, kWidth / 64>(
      rows, part, tile, [](unsigned char* to, const uint8_t* row, int column, bool is_there) {
        copy_async16(to, row + column * 2, is_there);
      });
}

// Brings rows that such numbers can be made of, in the way that suits them.
template <class Numbers, int kWidth, int kRows, int kThreads>
__device__ __forceinline__ void fetch(const CacheRows& rows, Rows part, unsigned char* tile) {
  constexpr int kTogether = 2;  // loads that are on their way
  const auto copy = [&] { copy_rows<kWidth, kRows, kThreads>(rows, part, tile); };
  const auto any = [&]<CacheType kType>() {
    convert<kWidth, kRows, kThreads, 1>(rows, part, tile, [&](const uint8_t* row, int column) {
      return eight_values<kType>(row, column, rows.size);
    });
  };
  if constexpr (!Numbers::kConverts) {
    if (rows.is_aligned) return copy();
    return convert<kWidth, kRows, kThreads, 1>(
        rows, part, tile,
        [&](const uint8_t* row, int column) { return eight_halves(row, column, rows.size); });
  }
  switch (rows.type) {
    case CacheType::kF32:
      if (!rows.is_aligned) return any.template operator()<CacheType::kF32>();
      return convert<kWidth, kRows, kThreads, kTogether>(rows, part, tile, eight_floats);
    case CacheType::kF16: return;  // which HalfNumbers take
    case CacheType::kBf16:
      return rows.is_aligned ? copy() : any.template operator()<CacheType::kBf16>();
    case CacheType::kQ8_0:
      if (!rows.is_aligned) return any.template operator()<CacheType::kQ8_0>();
      return convert<kWidth, kRows, kThreads, kTogether>(rows, part, tile, eight_of_block);
  }
}

}  // namespace kt::cuda
