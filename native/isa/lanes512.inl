// SPDX-License-Identifier: Apache-2.0
// Sixteen rows side by side, in 512-bit registers. Included inside the anonymous namespace of the
// instruction sets from AVX-512 on.

struct Codes {  // four bytes of each row
  __m512i v;
  static Codes all(int x) { return {_mm512_set1_epi8(static_cast<char>(x))}; }
  static Codes load(const void* p) { return {_mm512_loadu_si512(p)}; }
  void store(void* p) const { _mm512_storeu_si512(p, v); }
  static Codes look_up(const int8_t (&table)[16], Codes indices) {
    const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
    return {_mm512_shuffle_epi8(_mm512_broadcast_i32x4(values), indices.v)};
  }
};
Codes operator|(Codes a, Codes b) { return {_mm512_or_si512(a.v, b.v)}; }
Codes operator-(Codes a, Codes b) { return {_mm512_sub_epi8(a.v, b.v)}; }
Codes operator+(Codes a, Codes b) { return {_mm512_add_epi8(a.v, b.v)}; }
Codes shift_right(Codes a, int bits, int mask) {  // (a >> bits) & mask
  return {_mm512_and_si512(_mm512_srli_epi16(a.v, bits), Codes::all(mask).v)};
}
Codes shift_left(Codes a, int bits) { return {_mm512_slli_epi16(a.v, bits)}; }  // of small bytes

struct Pairs {  // two of each row, in int16
  __m512i v;
};
// Products of two neighbours each, of unsigned w below 128.
inline Pairs pair_products(Codes w, int32_t x) {
  return {_mm512_maddubs_epi16(w.v, _mm512_set1_epi32(x))};
}
// a + b, which GCC would put off until it holds more products than there are registers.
inline Pairs add_now(Pairs a, Pairs b) {
  __m512i sum = _mm512_add_epi16(a.v, b.v);
  asm("" : "+v"(sum));
  return {sum};
}

struct Sums {  // one of each row
  __m512i v;
  static Sums zero() { return {_mm512_setzero_si512()}; }
  static Sums of(Pairs pairs) { return {_mm512_madd_epi16(pairs.v, _mm512_set1_epi16(1))}; }
};
inline Sums operator+(Sums a, Sums b) { return {_mm512_add_epi32(a.v, b.v)}; }

struct Floats16 {  // one of each row
  __m512 v;
  static Floats16 zero() { return {_mm512_setzero_ps()}; }
  static Floats16 all(float x) { return {_mm512_set1_ps(x)}; }
  static Floats16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Floats16 of(Sums sums) { return {_mm512_cvtepi32_ps(sums.v)}; }
  static Floats16 of_halves(const uint8_t* p) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static Floats16 of_bytes(const uint8_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(load_bytes(p)))};
  }
  static Floats16 of_signed_bytes(const uint8_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(load_bytes(p)))};
  }
  static Floats16 of_low_nibbles(const uint8_t* p) {
    return {
        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(load_bytes(p), _mm_set1_epi8(15))))};
  }
  static Floats16 of_high_nibbles(const uint8_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_srli_epi32(_mm512_cvtepu8_epi32(load_bytes(p)), 4))};
  }
  static Floats16 of_powers(const uint8_t* p) {  // 2^(e - 128); that of 0 is subnormal
    const __m512i bits = _mm512_slli_epi32(_mm512_cvtepu8_epi32(load_bytes(p)), 23);
    const __m512i power = _mm512_max_epi32(bits, _mm512_set1_epi32(0x00400000));
    return {_mm512_mul_ps(_mm512_castsi512_ps(power), _mm512_set1_ps(0.5f))};
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }

 private:
  static __m128i load_bytes(const uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
};
Floats16 operator*(Floats16 a, Floats16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
Floats16 fma(Floats16 a, Floats16 b, Floats16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }

// sums + w * x, four products for each row. Unsigned w; without VNNI below 128, so that no pair of
// products leaves int16.
#ifdef __AVX512VNNI__
constexpr bool kTakesWideCodes = true;
constexpr bool kHasPairs = false;
Sums dot(Sums sums, Codes w, int32_t x) {
  return {_mm512_dpbusd_epi32(sums.v, w.v, _mm512_set1_epi32(x))};
}
#else
constexpr bool kTakesWideCodes = false;
constexpr bool kHasPairs = true;  // whether adding up pairs first is faster
Sums add_pairs(Sums sums, __m512i unsigned_bytes, __m512i signed_bytes) {
  return sums + Sums::of({_mm512_maddubs_epi16(unsigned_bytes, signed_bytes)});
}
Sums dot(Sums sums, Codes w, int32_t x) { return add_pairs(sums, w.v, _mm512_set1_epi32(x)); }
#endif
// The same for signed w; x stays within [-127, 127].
Sums dot_signed(Sums sums, Codes w, int32_t x) {
  const __m512i values = _mm512_set1_epi32(x);
  const __m512i turned =
      _mm512_mask_sub_epi8(values, _mm512_movepi8_mask(w.v), _mm512_setzero_si512(), values);
#ifdef __AVX512VNNI__
  return {_mm512_dpbusd_epi32(sums.v, _mm512_abs_epi8(w.v), turned)};
#else
  return add_pairs(sums, _mm512_abs_epi8(w.v), turned);
#endif
}
