// SPDX-License-Identifier: Apache-2.0
// F8 and I8 in 256-bit registers, for the instruction sets from AVX2 on. Included inside their
// anonymous namespace.

struct F8 {  // eight floats
  __m256 v;
  static F8 zero() { return {_mm256_setzero_ps()}; }
  static F8 all(float x) { return {_mm256_set1_ps(x)}; }
  static F8 halves(float low, float high) {  // lanes 0 to 3, lanes 4 to 7
    return {_mm256_set_m128(_mm_set1_ps(high), _mm_set1_ps(low))};
  }
};
F8 fma(F8 a, F8 b, F8 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
float sum(F8 a) {
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}

struct I8 {  // 32 bytes
  __m256i v;
  static I8 load(const void* p) { return {_mm256_loadu_si256(static_cast<const __m256i*>(p))}; }
  void store(void* p) const { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }
  static I8 load_halves(const uint8_t* p) {  // the same 16 bytes twice
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return {_mm256_broadcastsi128_si256(half)};
  }
  // The low nibbles of the first half, the high nibbles of the second.
  static I8 split_nibbles(I8 a) {
    const __m256i shifted = _mm256_srlv_epi64(a.v, _mm256_set_epi64x(4, 4, 0, 0));
    return {_mm256_and_si256(shifted, _mm256_set1_epi8(15))};
  }
};
I8 operator|(I8 a, I8 b) { return {_mm256_or_si256(a.v, b.v)}; }
template <int kShift, int kMask>
I8 shift_right(I8 a) {  // (a >> kShift) & kMask
  return {_mm256_and_si256(_mm256_srli_epi16(a.v, kShift), _mm256_set1_epi8(kMask))};
}
template <int kShift>
I8 shift_left(I8 a) {  // of bytes whose high bits are zero
  return {_mm256_slli_epi16(a.v, kShift)};
}
I8 minus(I8 a, int b) { return {_mm256_sub_epi8(a.v, _mm256_set1_epi8(static_cast<char>(b)))}; }
// Sums of four signed products each. x stays within [-127, 127], so that no pair of products
// leaves int16: 2 * 128 * 127 < 2^15.
F8 dot(I8 w, I8 x) {
#ifdef __AVX512VNNI__
  const __m256i zero = _mm256_setzero_si256();
  return {_mm256_cvtepi32_ps(
      _mm256_dpbusd_epi32(zero, _mm256_abs_epi8(w.v), _mm256_sign_epi8(x.v, w.v)))};
#else
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w.v), _mm256_sign_epi8(x.v, w.v));
  return {_mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
#endif
}
