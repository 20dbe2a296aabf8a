// SPDX-License-Identifier: Apache-2.0
// CUDA's names for arithmetic, bits, atomics and fences.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline float __int_as_float(int bits) { return __uint_as_float(static_cast<unsigned>(bits)); }
inline int __float_as_int(float value) { return static_cast<int>(__float_as_uint(value)); }

inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __frsqrt_rn(float x) { return static_cast<float>(1.0 / std::sqrt(double{x})); }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __exp10f(float x) { return std::pow(10.0f, x); }
inline float __logf(float x) { return std::log(x); }
inline float __log2f(float x) { return std::log2(x); }
inline float __powf(float x, float y) { return std::pow(x, y); }
inline float __sinf(float x) { return std::sin(x); }
inline float __cosf(float x) { return std::cos(x); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fmaf_rn(float x, float y, float z) { return std::fma(x, y, z); }

// As the hardware converts: what is no number becomes 0, what does not fit the nearest that does.
inline int __float2int_rn(float x) {
  if (!(x == x)) return 0;
  if (x >= 2147483648.0f) return 0x7FFFFFFF;
  if (x < -2147483648.0f) return -0x7FFFFFFF - 1;
  return static_cast<int>(std::nearbyint(x));
}
inline int __float2int_rz(float x) { return __float2int_rn(std::trunc(x)); }
inline int __float2int_rd(float x) { return __float2int_rn(std::floor(x)); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __clz(int x) { return x ? __builtin_clz(static_cast<unsigned>(x)) : 32; }
inline unsigned __brev(unsigned x) {
  unsigned turned = 0;
  for (int i = 0; i < 32; ++i) turned |= (x >> i & 1u) << (31 - i);
  return turned;
}
inline unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>(uint64_t{x} * y >> 32);
}
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  const uint64_t bytes = uint64_t{y} << 32 | x;
  unsigned result = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned choice = selector >> (4 * i) & 15u;
    unsigned byte = static_cast<unsigned>(bytes >> (8 * (choice & 7u)) & 255u);
    if (choice & 8u) byte = byte & 128u ? 255u : 0u;
    result |= byte << (8 * i);
  }
  return result;
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return static_cast<unsigned>((uint64_t{high} << 32 | low) >> (shift & 31u));
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  return static_cast<unsigned>((uint64_t{high} << 32 | low) << (shift & 31u) >> 32);
}
template <int kBits>
unsigned kt_subtract_lanes(unsigned x, unsigned y) {
  constexpr unsigned kMask = (1u << kBits) - 1;
  unsigned result = 0;
  for (int at = 0; at < 32; at += kBits) result |= (((x >> at) - (y >> at)) & kMask) << at;
  return result;
}
inline unsigned __vsub4(unsigned x, unsigned y) { return kt_subtract_lanes<8>(x, y); }
inline unsigned __vsub2(unsigned x, unsigned y) { return kt_subtract_lanes<16>(x, y); }

#define KT_MIN_MAX(type)                                    \
  inline type min(type x, type y) { return y < x ? y : x; } \
  inline type max(type x, type y) { return x < y ? y : x; }
KT_MIN_MAX(int)
KT_MIN_MAX(unsigned)
KT_MIN_MAX(long)
KT_MIN_MAX(unsigned long)
KT_MIN_MAX(long long)
KT_MIN_MAX(unsigned long long)
#undef KT_MIN_MAX
inline float min(float x, float y) { return std::fmin(x, y); }
inline float max(float x, float y) { return std::fmax(x, y); }

template <class T>
T __ldg(const T* from) {
  return *from;
}

template <class T>
T atomicAdd(T* at, T value) {
  if constexpr (std::is_floating_point_v<T>) {
    const T old = *at;  // threads of a kernel run one at a time
    *at = old + value;
    return old;
  } else {
    return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
  }
}
template <class T>
T atomicExch(T* at, T value) {
  T old;
  __atomic_exchange(at, &value, &old, __ATOMIC_SEQ_CST);
  return old;
}
template <class T>
T atomicCAS(T* at, T expected, T value) {
  __atomic_compare_exchange(at, &expected, &value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return expected;
}
template <class T>
T atomicMax(T* at, T value) {
  T old = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  while (old < value &&
         !__atomic_compare_exchange_n(at, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  return old;
}
template <class T>
T atomicMin(T* at, T value) {
  T old = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  while (value < old &&
         !__atomic_compare_exchange_n(at, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  return old;
}
inline unsigned atomicOr(unsigned* at, unsigned value) {
  return __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST);
}

inline void __threadfence() {
  static unsigned any;  // the thread sanitizer knows no fences, but atomic changes
  __atomic_fetch_add(&any, 0u, __ATOMIC_SEQ_CST);
}
inline void __threadfence_block() {}
inline void __threadfence_system() { __threadfence(); }
