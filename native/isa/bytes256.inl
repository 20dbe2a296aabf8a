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
  static I8 all(int x) { return {_mm256_set1_epi8(static_cast<char>(x))}; }
  static I8 load(const void* p) { return {_mm256_loadu_si256(static_cast<const __m256i*>(p))}; }
  void store(void* p) const { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }
  static I8 load_halves(const uint8_t* p) {  // the same 16 bytes twice
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return {_mm256_broadcastsi128_si256(half)};
  }
  static I8 join(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {  // a has the first eight
    return {_mm256_set_epi64x(static_cast<long long>(d), static_cast<long long>(c),
                              static_cast<long long>(b), static_cast<long long>(a))};
  }
  static I8 mask(uint32_t bits) {  // byte i is all ones where bit i is one
    const __m256i spread = _mm256_shuffle_epi8(
        _mm256_set1_epi32(static_cast<int>(bits)),
        _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0));
    const __m256i own = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201u));
    return {_mm256_cmpeq_epi8(_mm256_and_si256(spread, own), own)};
  }
  // The low nibbles of the first half, the high nibbles of the second.
  static I8 split_nibbles(I8 a) {
    const __m256i shifted = _mm256_srlv_epi64(a.v, _mm256_set_epi64x(4, 4, 0, 0));
    return {_mm256_and_si256(shifted, _mm256_set1_epi8(15))};
  }
  static I8 look_up(const int8_t (&table)[16], I8 indices) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
    return {_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), indices.v)};
  }
  void store(int8_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
};
I8 operator|(I8 a, I8 b) { return {_mm256_or_si256(a.v, b.v)}; }
I8 operator&(I8 a, I8 b) { return {_mm256_and_si256(a.v, b.v)}; }
I8 operator+(I8 a, I8 b) { return {_mm256_add_epi8(a.v, b.v)}; }
I8 operator-(I8 a, I8 b) { return {_mm256_sub_epi8(a.v, b.v)}; }
I8 shift_right(I8 a, int bits, int mask) {  // (a >> bits) & mask
  return {_mm256_and_si256(_mm256_srli_epi16(a.v, bits), I8::all(mask).v)};
}
I8 shift_left(I8 a, int bits) {  // of bytes whose high bits are zero
  return {_mm256_slli_epi16(a.v, bits)};
}
I8 negate(I8 a, I8 where) {  // where a mask is all ones
  return {_mm256_sub_epi8(_mm256_xor_si256(a.v, where.v), where.v)};
}
// Sums of four signed products each. x stays within [-127, 127], so that no pair of products
// leaves int16: 2 * 128 * 127 < 2^15.
F8 dot(I8 w, I8 x) {
#ifdef __AVX512VNNI__
  const __m256i zero = _mm256_setzero_si256();
  return {_mm256_cvtepi32_ps(
      _mm256_dpbusd_epi32(zero, _mm256_abs_epi8(w.v), _mm256_sign_epi8(x.v, w.v)))};
#elif defined(__AVXVNNI__)
  const __m256i zero = _mm256_setzero_si256();
  return {_mm256_cvtepi32_ps(
      _mm256_dpbusd_avx_epi32(zero, _mm256_abs_epi8(w.v), _mm256_sign_epi8(x.v, w.v)))};
#else
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w.v), _mm256_sign_epi8(x.v, w.v));
  return {_mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
#endif
}
