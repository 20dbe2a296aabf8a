// SPDX-License-Identifier: Apache-2.0
// The int8 products of this machine's instruction sets, without loads: only what the units can do.
#pragma once

#include <cstdint>
#include <vector>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif
#if defined(__AMX_INT8__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

struct Product {
  const char* name;
  double operations;  // of one step
  int cost;           // of one step, in steps of the vector products
  std::uint64_t (*run)(long steps);
};

constexpr int kSums = 16;  // independent sums: more than latency times units

#ifdef __AVX512VNNI__
inline std::uint64_t vnni512(long steps) {
  const __m512i a = _mm512_set1_epi8(static_cast<char>(steps));
  __m512i sums[kSums] = {};
  for (long step = 0; step < steps; ++step) {
    // Written out: compilers make one of equal sums, or copy each of them in every step.
    for (auto& sum : sums) asm volatile("vpdpbusd %1, %1, %0" : "+v"(sum) : "v"(a));
  }
  __m512i all = sums[0];
  for (auto& sum : sums) all = _mm512_xor_si512(all, sum);
  return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(all));
}
#endif

#ifdef __AVX2__
// The way of processors without VNNI: bytes to pairs, pairs to sums, added.
inline std::uint64_t avx2(long steps) {
  const __m256i a = _mm256_set1_epi8(static_cast<char>(steps)), ones = _mm256_set1_epi16(1);
  __m256i sums[kSums / 2] = {}, b = a;
  for (long step = 0; step < steps; ++step) {
    for (auto& sum : sums) {
      asm volatile("" : "+x"(b));  // the product is made anew
      const __m256i pairs = _mm256_maddubs_epi16(a, b);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
  }
  __m256i all = sums[0];
  for (auto& sum : sums) all = _mm256_xor_si256(all, sum);
  return static_cast<std::uint64_t>(_mm256_extract_epi64(all, 0));
}
#endif

#if defined(__AMX_INT8__) && defined(__linux__)
// Whether the system lets this process use tiles: Linux wants to be asked.
inline bool may_use_tiles() {
  constexpr int kRequest = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

// Six tiles of 16 rows of 64 bytes. Not a local: GCC 12 takes most of it for unused, and drops it.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16};
};
inline TileShapes tile_shapes;

inline std::uint64_t amx(long steps) {
  _tile_loadconfig(&tile_shapes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (long step = 0; step < steps; ++step) {
    _tile_dpbusd(0, 4, 5);
    _tile_dpbusd(1, 4, 5);
    _tile_dpbusd(2, 4, 5);
    _tile_dpbusd(3, 4, 5);
  }
  _tile_release();
  return static_cast<std::uint64_t>(steps);
}
#endif

inline std::vector<Product> products() {
  std::vector<Product> found;
#ifdef __AVX2__
  found.push_back({"avx2", 2.0 * 32 * kSums / 2, 1, avx2});
#endif
#ifdef __AVX512VNNI__
  found.push_back({"avx512-vnni", 2.0 * 64 * kSums, 1, vnni512});
#endif
#if defined(__AMX_INT8__) && defined(__linux__)
  // 16 x 16 sums of 64 products, four times.
  if (may_use_tiles()) found.push_back({"amx", 2.0 * 16 * 16 * 64 * 4, 4, amx});
#endif
  return found;
}
