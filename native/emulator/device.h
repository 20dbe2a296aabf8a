// SPDX-License-Identifier: Apache-2.0
// The emulated half of native/cuda/device.cuh, where the same names stand for instructions.
#pragma once

#include "block.h"
#include "language.h"
#include "math.h"
#include "warp.h"

#define KT_SHARED(name) unsigned char* name = ::kt::emulated::block.shared

namespace kt::cuda {

using emulated::Place;

struct Bf16 {
  uint16_t bits;
};

inline float to_float(Bf16 value) { return __uint_as_float(uint32_t{value.bits} << 16); }

inline Bf16 to_bf16(float value) {
  const uint32_t bits = __float_as_uint(value);
  if (value != value) return {0x7FFF};
  return {static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

inline uint32_t pack_bf16(float low, float high) {
  return to_bf16(low).bits | uint32_t{to_bf16(high).bits} << 16;
}

float half_to_float(uint16_t bits);
uint16_t float_to_half(float value);

inline uint32_t pack_half(float low, float high) {
  return float_to_half(low) | uint32_t{float_to_half(high)} << 16;
}
inline float half_of(uint32_t pair, int i) {
  return half_to_float(static_cast<uint16_t>(pair >> (16 * i)));
}
inline uint32_t sub_half2(uint32_t x, uint32_t y) {
  return pack_half(half_of(x, 0) - half_of(y, 0), half_of(x, 1) - half_of(y, 1));
}
inline uint32_t mul_half2(uint32_t x, uint32_t y) {
  return pack_half(half_of(x, 0) * half_of(y, 0), half_of(x, 1) * half_of(y, 1));
}
// To float32 first, which rounds rarely.
inline uint32_t fma_half2(uint32_t x, uint32_t y, uint32_t z) {
  return pack_half(half_of(x, 0) * half_of(y, 0) + half_of(z, 0),
                   half_of(x, 1) * half_of(y, 1) + half_of(z, 1));
}

void copy_async16(void* shared, const void* global, bool valid = true,
                  const Place& place = Place::current());
void commit_copies();
// Lands all groups of copies of this thread but the last `groups`.
void wait_groups(unsigned groups);
template <int N>
void wait_copies(const Place& place = Place::current()) {
  wait_groups(N + emulated::is_skipped(place));
}

void ldmatrix_x4(uint32_t (&r)[4], const void* row, const Place& place = Place::current());
void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row, const Place& place = Place::current());
void mma_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
              const Place& place = Place::current());
void mma_half(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
              const Place& place = Place::current());
void mma_s8(int (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
            const Place& place = Place::current());

inline uint32_t opaque(uint32_t value) { return value; }
inline float exp2_approx(float x) { return std::exp2(x); }

inline int dp4a(int a, int b, int c) {
  for (int at = 0; at < 32; at += 8)
    c += static_cast<int8_t>(a >> at) * static_cast<int8_t>(b >> at);
  return c;
}

template <class T>
T warp_sum(T value, const Place& place = Place::current()) {
  for (int lanes = 16; lanes; lanes /= 2)
    value += __shfl_xor_sync(0xFFFFFFFFu, value, lanes, 32, place);
  return value;
}

template <class T>
T warp_max(T value, const Place& place = Place::current()) {
  for (int lanes = 16; lanes; lanes /= 2)
    value = max(value, __shfl_xor_sync(0xFFFFFFFFu, value, lanes, 32, place));
  return value;
}

uint32_t load_system(const volatile uint32_t* from, const Place& place = Place::current());
inline void store_system(volatile uint32_t* to, uint32_t value) {
  __atomic_store_n(to, value, __ATOMIC_RELEASE);
}
void sleep_ns(unsigned nanoseconds, const Place& place = Place::current());
uint64_t clock_ns();

}  // namespace kt::cuda
