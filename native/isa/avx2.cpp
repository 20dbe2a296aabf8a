// SPDX-License-Identifier: Apache-2.0
// AVX2 build of every kernel (Intel 2013, AMD 2015, and later).
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx2 {
namespace {

struct V {  // eight floats
  static constexpr int lanes = 8;
  __m256 v;
  static V zero() { return {_mm256_setzero_ps()}; }
  static V all(float x) { return {_mm256_set1_ps(x)}; }
  static V load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static V load(const Half* p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void store(Half* p) const {
    const __m128i half = _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), half);
  }
  // x * 2^n for integral n of a size that keeps the result normal
  static V scale_by_power(V x, V n) {
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
    return {_mm256_mul_ps(x.v, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)))};
  }
  static V round(V x) {
    return {_mm256_round_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }
};
V operator+(V a, V b) { return {_mm256_add_ps(a.v, b.v)}; }
V operator-(V a, V b) { return {_mm256_sub_ps(a.v, b.v)}; }
V operator*(V a, V b) { return {_mm256_mul_ps(a.v, b.v)}; }
V operator/(V a, V b) { return {_mm256_div_ps(a.v, b.v)}; }
V fma(V a, V b, V c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
V max(V a, V b) { return {_mm256_max_ps(a.v, b.v)}; }
V min(V a, V b) { return {_mm256_min_ps(a.v, b.v)}; }
V load_bf16(const uint16_t* p) {
  const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16))};
}

#include "bytes256.inl"

#include "lanes256.inl"

float sum(V a) { return sum(F8{a.v}); }
float largest(V a) {
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}

inline float half_to_float(Half half) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}
inline Half float_to_half(float value) {
  const __m128i half =
      _mm_cvtps_ph(_mm_set_ss(value), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return static_cast<Half>(_mm_extract_epi16(half, 0));
}

}  // namespace
}  // namespace kt::avx2

#define KT_ISA avx2
#define KT_NEEDS kAvx2
#include "kernels.inl"
