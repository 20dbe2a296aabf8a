// SPDX-License-Identifier: Apache-2.0
// Sixteen rows side by side, in two 256-bit registers. lanes512.inl says what the functions do.

struct Codes {
  __m256i v[2];
  static Codes all(int x) {
    const __m256i value = _mm256_set1_epi8(static_cast<char>(x));
    return {{value, value}};
  }
  static Codes load(const void* p) {
    const auto* halves = static_cast<const __m256i*>(p);
    return {{_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)}};
  }
  void store(void* p) const {
    auto* halves = static_cast<__m256i*>(p);
    _mm256_storeu_si256(halves, v[0]);
    _mm256_storeu_si256(halves + 1, v[1]);
  }
  static Codes look_up(const int8_t (&table)[16], Codes indices) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
    const __m256i values = _mm256_broadcastsi128_si256(half);
    return {{_mm256_shuffle_epi8(values, indices.v[0]), _mm256_shuffle_epi8(values, indices.v[1])}};
  }
};
Codes operator|(Codes a, Codes b) {
  return {{_mm256_or_si256(a.v[0], b.v[0]), _mm256_or_si256(a.v[1], b.v[1])}};
}
Codes operator-(Codes a, Codes b) {
  return {{_mm256_sub_epi8(a.v[0], b.v[0]), _mm256_sub_epi8(a.v[1], b.v[1])}};
}
Codes operator+(Codes a, Codes b) {
  return {{_mm256_add_epi8(a.v[0], b.v[0]), _mm256_add_epi8(a.v[1], b.v[1])}};
}
Codes shift_right(Codes a, int bits, int mask) {
  const __m256i bytes = _mm256_set1_epi8(static_cast<char>(mask));
  return {{_mm256_and_si256(_mm256_srli_epi16(a.v[0], bits), bytes),
           _mm256_and_si256(_mm256_srli_epi16(a.v[1], bits), bytes)}};
}
Codes shift_left(Codes a, int bits) {
  return {{_mm256_slli_epi16(a.v[0], bits), _mm256_slli_epi16(a.v[1], bits)}};
}

struct Pairs {
  __m256i v[2];
};
inline Pairs pair_products(Codes w, int32_t x) {
  const __m256i values = _mm256_set1_epi32(x);
  return {{_mm256_maddubs_epi16(w.v[0], values), _mm256_maddubs_epi16(w.v[1], values)}};
}
// a + b, which GCC would put off until it holds more products than there are registers.
inline Pairs add_now(Pairs a, Pairs b) {
  __m256i low = _mm256_add_epi16(a.v[0], b.v[0]), high = _mm256_add_epi16(a.v[1], b.v[1]);
  asm("" : "+x"(low), "+x"(high));
  return {{low, high}};
}

struct Sums {
  __m256i v[2];
  static Sums zero() { return {{_mm256_setzero_si256(), _mm256_setzero_si256()}}; }
  static Sums of(Pairs pairs) {
    const __m256i ones = _mm256_set1_epi16(1);
    return {{_mm256_madd_epi16(pairs.v[0], ones), _mm256_madd_epi16(pairs.v[1], ones)}};
  }
};
inline Sums operator+(Sums a, Sums b) {
  return {{_mm256_add_epi32(a.v[0], b.v[0]), _mm256_add_epi32(a.v[1], b.v[1])}};
}

struct Floats16 {
  __m256 v[2];
  static Floats16 zero() { return all(0); }
  static Floats16 all(float x) { return {{_mm256_set1_ps(x), _mm256_set1_ps(x)}}; }
  static Floats16 load(const float* p) { return {{_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}}; }
  static Floats16 of(Sums sums) {
    return {{_mm256_cvtepi32_ps(sums.v[0]), _mm256_cvtepi32_ps(sums.v[1])}};
  }
  static Floats16 of_halves(const uint8_t* p) {
    return {{_mm256_cvtph_ps(load_bytes(p)), _mm256_cvtph_ps(load_bytes(p + 16))}};
  }
  static Floats16 of_bytes(const uint8_t* p) { return of(widened(load_bytes(p))); }
  static Floats16 of_signed_bytes(const uint8_t* p) {
    const __m128i bytes = load_bytes(p);
    return of({{_mm256_cvtepi8_epi32(bytes), _mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8))}});
  }
  static Floats16 of_low_nibbles(const uint8_t* p) {
    return of(widened(_mm_and_si128(load_bytes(p), _mm_set1_epi8(15))));
  }
  static Floats16 of_high_nibbles(const uint8_t* p) {
    return of(widened(_mm_and_si128(_mm_srli_epi16(load_bytes(p), 4), _mm_set1_epi8(15))));
  }
  static Floats16 of_powers(const uint8_t* p) {
    const Sums bytes = widened(load_bytes(p));
    return {{power(bytes.v[0]), power(bytes.v[1])}};
  }
  void store(float* p) const {
    _mm256_storeu_ps(p, v[0]);
    _mm256_storeu_ps(p + 8, v[1]);
  }

 private:
  static __m128i load_bytes(const uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static Sums widened(__m128i bytes) {
    return {{_mm256_cvtepu8_epi32(bytes), _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8))}};
  }
  static __m256 power(__m256i e) {
    const __m256i bits = _mm256_max_epi32(_mm256_slli_epi32(e, 23), _mm256_set1_epi32(0x00400000));
    return _mm256_mul_ps(_mm256_castsi256_ps(bits), _mm256_set1_ps(0.5f));
  }
};
Floats16 operator*(Floats16 a, Floats16 b) {
  return {{_mm256_mul_ps(a.v[0], b.v[0]), _mm256_mul_ps(a.v[1], b.v[1])}};
}
Floats16 fma(Floats16 a, Floats16 b, Floats16 c) {
  return {{_mm256_fmadd_ps(a.v[0], b.v[0], c.v[0]), _mm256_fmadd_ps(a.v[1], b.v[1], c.v[1])}};
}

#ifdef __AVXVNNI__
constexpr bool kTakesWideCodes = true;
constexpr bool kHasPairs = false;
__m256i add_products(__m256i sums, __m256i unsigned_bytes, __m256i signed_bytes) {
  return _mm256_dpbusd_avx_epi32(sums, unsigned_bytes, signed_bytes);
}
#else
constexpr bool kTakesWideCodes = false;
constexpr bool kHasPairs = true;
__m256i add_products(__m256i sums, __m256i unsigned_bytes, __m256i signed_bytes) {
  const __m256i pairs = _mm256_maddubs_epi16(unsigned_bytes, signed_bytes);
  return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#endif
Sums dot(Sums sums, Codes w, int32_t x) {
  const __m256i values = _mm256_set1_epi32(x);
  return {{add_products(sums.v[0], w.v[0], values), add_products(sums.v[1], w.v[1], values)}};
}
Sums dot_signed(Sums sums, Codes w, int32_t x) {
  const __m256i values = _mm256_set1_epi32(x);
  for (int i = 0; i < 2; ++i) {
    sums.v[i] = add_products(sums.v[i], _mm256_abs_epi8(w.v[i]), _mm256_sign_epi8(values, w.v[i]));
  }
  return sums;
}
