// SPDX-License-Identifier: Apache-2.0
// The products of this machine's instruction sets, without loads: only what the units can do.
#pragma once

#include <cstdint>
#include <vector>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif
#if defined(__AMX_INT8__) && defined(__AMX_BF16__) && defined(__linux__)
#define HAS_TILES
#include <sys/syscall.h>
#include <unistd.h>
#endif

struct Product {
  const char* name;
  double operations;  // of one step
  int cost;           // of one step, in steps of the vector products
  void (*run)(long steps);
};

// Twelve independent sums: more than latency times units. They are registers written out, since
// compilers send arrays of sums through memory, which then is what is measured.
constexpr int kSums = 12;
#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define SUMS \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"

#ifdef __AVX512VNNI__
inline void vnni512(long steps) {
  const __m512i a = _mm512_set1_epi8(1);
#define PRODUCT(n) "vpdpbusd %0, %0, %%zmm" #n "\n"
  for (long step = 0; step < steps; ++step) asm volatile(TWELVE(PRODUCT) : : "v"(a) : SUMS);
#undef PRODUCT
}
#endif

#ifdef __AVXVNNI__
inline void vnni256(long steps) {
  const __m256i a = _mm256_set1_epi8(1);
#define PRODUCT(n) "%{vex%} vpdpbusd %0, %0, %%ymm" #n "\n"
  for (long step = 0; step < steps; ++step) asm volatile(TWELVE(PRODUCT) : : "x"(a) : SUMS);
#undef PRODUCT
}
#endif

#ifdef __AVX2__
// The way of processors without VNNI: bytes to pairs, pairs to sums, added.
inline void avx2(long steps) {
  const __m256i a = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
#define PRODUCT(n)                  \
  "vpmaddubsw %0, %0, %%ymm12\n"    \
  "vpmaddwd %1, %%ymm12, %%ymm12\n" \
  "vpaddd %%ymm12, %%ymm" #n ", %%ymm" #n "\n"
  for (long step = 0; step < steps; ++step) {
    asm volatile(TWELVE(PRODUCT) : : "x"(a), "x"(ones) : SUMS, "xmm12");
  }
#undef PRODUCT
}
#endif

#ifdef __AVX512BF16__
inline void bf16_512(long steps) {
  const __m512i ones = _mm512_set1_epi16(0x3f80);
#define PRODUCT(n) "vdpbf16ps %0, %0, %%zmm" #n "\n"
  for (long step = 0; step < steps; ++step) asm volatile(TWELVE(PRODUCT) : : "v"(ones) : SUMS);
#undef PRODUCT
}
#endif

#ifdef HAS_TILES
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

// Runs step() with tiles 4 and 5 to multiply, and four to sum in.
template <class Step>
void with_tiles(long steps, Step step) {
  _tile_loadconfig(&tile_shapes);
  _tile_zero(4);
  _tile_zero(5);
  for (long i = 0; i < steps; ++i) step();
  _tile_release();
}

inline void amx_int8(long steps) {
  with_tiles(steps, [] {
    _tile_dpbusd(0, 4, 5);
    _tile_dpbusd(1, 4, 5);
    _tile_dpbusd(2, 4, 5);
    _tile_dpbusd(3, 4, 5);
  });
}

inline void amx_bf16(long steps) {
  with_tiles(steps, [] {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  });
}
#endif

inline std::vector<Product> int8_products() {
  std::vector<Product> found;
#ifdef __AVX2__
  found.push_back({"avx2", 2.0 * 32 * kSums, 3, avx2});
#endif
#ifdef __AVXVNNI__
  found.push_back({"avx-vnni", 2.0 * 32 * kSums, 1, vnni256});
#endif
#ifdef __AVX512VNNI__
  found.push_back({"avx512-vnni", 2.0 * 64 * kSums, 1, vnni512});
#endif
#ifdef HAS_TILES
  // 16 x 16 sums of 64 products, four times.
  if (may_use_tiles()) found.push_back({"amx", 2.0 * 16 * 16 * 64 * 4, 6, amx_int8});
#endif
  return found;
}

inline std::vector<Product> bf16_products() {
  std::vector<Product> found;
#ifdef __AVX512BF16__
  found.push_back({"avx512-bf16", 2.0 * 32 * kSums, 4, bf16_512});
#endif
#ifdef HAS_TILES
  if (may_use_tiles()) found.push_back({"amx", 2.0 * 16 * 16 * 32 * 4, 6, amx_bf16});
#endif
  return found;
}
