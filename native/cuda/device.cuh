// SPDX-License-Identifier: Apache-2.0
// What kernels are written with, beyond CUDA's own words: the only file with instructions in it.
// All of it exists since sm_80. The emulator has the same names.
#pragma once

#include <cstdint>

#include "context.h"
#include "errors.h"
#include "stream.h"

#ifdef KT_EMULATED
#include "../emulator/device.h"
#include "../emulator/launch.h"
#else

// Dynamic shared memory of the block, as `unsigned char name[]`, aligned to 128 bytes. One function
// names it once.
#define KT_SHARED(name) extern __shared__ __align__(128) unsigned char name[]

namespace kt::cuda {

struct Bf16 {
  uint16_t bits;
};

__device__ __forceinline__ float to_float(Bf16 value) {
  return __uint_as_float(uint32_t{value.bits} << 16);
}

// Rounds to the nearest, halves to even.
__device__ __forceinline__ Bf16 to_bf16(float value) {
  uint16_t bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return {bits};
}

__device__ __forceinline__ uint32_t pack_bf16(float low, float high) {
  uint32_t pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}

// Pairs of float16. Each is rounded once.
__device__ __forceinline__ uint32_t pack_half(float low, float high) {
  uint32_t pair;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}
__device__ __forceinline__ uint32_t sub_half2(uint32_t x, uint32_t y) {
  uint32_t pair;
  asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(pair) : "r"(x), "r"(y));
  return pair;
}
__device__ __forceinline__ uint32_t mul_half2(uint32_t x, uint32_t y) {
  uint32_t pair;
  asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(pair) : "r"(x), "r"(y));
  return pair;
}
__device__ __forceinline__ uint32_t fma_half2(uint32_t x, uint32_t y, uint32_t z) {
  uint32_t pair;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(pair) : "r"(x), "r"(y), "r"(z));
  return pair;
}

__device__ __forceinline__ float half_to_float(uint16_t bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

__device__ __forceinline__ uint16_t float_to_half(float value) {
  uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

// 2^x, within two units in the last place; zero below 2^-126.
__device__ __forceinline__ float exp2_approx(float x) {
  float value;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(value) : "f"(x));
  return value;
}

__device__ __forceinline__ uint32_t shared_address(const void* memory) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(memory));
}

// Begins to copy 16 bytes, or to fill them with zeros if not `valid`. Both addresses are multiples
// of 16. Past L1: what is streamed is read once.
__device__ __forceinline__ void copy_async16(void* shared, const void* global, bool valid = true) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(valid ? 16 : 0)
               : "memory");
}

// Makes a group of the copies since the last one.
__device__ __forceinline__ void commit_copies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits for all groups of this thread but the last N. Others see the bytes after a barrier.
template <int N>
__device__ __forceinline__ void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

// Four matrices of 8 rows of 16 bytes: lane 8 m + i names row i of matrix m. r[m] is the pair of
// 16-bit values at row lane / 4, columns lane % 4 * 2 and the next.
__device__ __forceinline__ void ldmatrix_x4(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

// The same of the transposed matrices.
__device__ __forceinline__ void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

// d += a b, of 16 rows by 16 columns and 16 by 8, bfloat16 with float32 sums.
__device__ __forceinline__ void mma_bf16(float (&d)[4], const uint32_t (&a)[4],
                                         const uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// The same of float16.
__device__ __forceinline__ void mma_half(float (&d)[4], const uint32_t (&a)[4],
                                         const uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// d += a b, of 16 rows by 32 columns and 32 by 8, int8 with int32 sums.
__device__ __forceinline__ void mma_s8(int (&d)[4], const uint32_t (&a)[4],
                                       const uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// The same value, but to the compiler another one: of what is made of it, it does not work out each
// part anew.
__device__ __forceinline__ uint32_t opaque(uint32_t value) {
  asm("" : "+r"(value));
  return value;
}

// c + the products of four pairs of int8.
__device__ __forceinline__ int dp4a(int a, int b, int c) { return __dp4a(a, b, c); }

template <class T>
__device__ __forceinline__ T warp_sum(T value) {
#pragma unroll
  for (int lanes = 16; lanes; lanes /= 2) value += __shfl_xor_sync(0xFFFFFFFFu, value, lanes);
  return value;
}

template <class T>
__device__ __forceinline__ T warp_max(T value) {
#pragma unroll
  for (int lanes = 16; lanes; lanes /= 2)
    value = max(value, __shfl_xor_sync(0xFFFFFFFFu, value, lanes));
  return value;
}

// What the host writes: nothing after it is read before it.
__device__ __forceinline__ uint32_t load_system(const volatile uint32_t* from) {
  uint32_t value;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];"
               : "=r"(value)
               : "l"(__cvta_generic_to_global(const_cast<const uint32_t*>(from)))
               : "memory");
  return value;
}

// For the host to read: everything written before is there when it sees the value.
__device__ __forceinline__ void store_system(volatile uint32_t* to, uint32_t value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"(
                   __cvta_generic_to_global(const_cast<uint32_t*>(to))),
               "r"(value)
               : "memory");
}

__device__ __forceinline__ void sleep_ns(unsigned nanoseconds) { __nanosleep(nanoseconds); }

__device__ __forceinline__ uint64_t clock_ns() {
  uint64_t now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

}  // namespace kt::cuda
#endif

namespace kt::cuda {

constexpr int kPlainShared = 48 << 10;  // more must be asked for

// Launches on the stream, or records. `name` and `line` are for reports.
template <class... Parameters, class... Arguments>
void launch(Stream& stream, const char* name, const char* file, int line,
            void (*kernel)(Parameters...), dim3 grid, dim3 block, int shared_bytes,
            Arguments&&... arguments) {
  const CurrentDevice current(stream.device());
#ifdef KT_EMULATED
  auto call = std::make_shared<emulated::Call<Parameters...>>(
      kernel, std::forward<Arguments>(arguments)...);
  const auto bytes = static_cast<std::size_t>(shared_bytes);
  check(emulated::launch(stream.handle(), {name, file, line, grid, block, bytes, std::move(call)}),
        name);
#else
  static_cast<void>(file), static_cast<void>(line);
  if (shared_bytes > kPlainShared)
    check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes),
          name);
  kernel<<<grid, block, shared_bytes, stream.handle()>>>(std::forward<Arguments>(arguments)...);
  check(cudaGetLastError(), name);
#endif
}

}  // namespace kt::cuda

// Launches a kernel, of a template in parentheses, with its arguments behind `stream`.
#define KT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                            \
  ::kt::cuda::launch(stream, #kernel, __FILE__, __LINE__, kernel, grid, block, shared_bytes, \
                     __VA_ARGS__)
