// SPDX-License-Identifier: Apache-2.0
// Products of one row with the activations of few tokens, where the general form in dots.inl is
// slower than the memory: 64 weights at a time in 512-bit registers.
//
// A product of bytes gives 16 sums of four; a part's 32 weights are eight of them. Scales of
// weights and activations are multiplied once for a block and then spread over their sums.

// Which of eight numbers each of the 16 sums belongs to, for two parts side by side.
inline __m512i spread(int low, int high) {
  return _mm512_mask_set1_epi32(_mm512_set1_epi32(low), 0xff00, high);
}

inline __m512 spread(__m256 numbers, int low, int high) {
  return _mm512_permutexvar_ps(spread(low, high), _mm512_castps256_ps512(numbers));
}

inline __m512 as_floats(__m512i sums) { return _mm512_cvtepi32_ps(sums); }

// Scales and mins of a Q4_K block, eight each, as bytes.
struct Q4KScales {
  __m256 scales, mins;

  explicit Q4KScales(const BlockQ4_K& w) {
    uint32_t a, b, c;
    __builtin_memcpy(&a, w.scales, 4);
    __builtin_memcpy(&b, w.scales + 4, 4);
    __builtin_memcpy(&c, w.scales + 8, 4);
    const uint64_t high = (c & 0x0f0f0f0f) | (a >> 2 & 0x30303030);
    const uint64_t high_mins = (c >> 4 & 0x0f0f0f0f) | (b >> 2 & 0x30303030);
    scales = _mm256_mul_ps(floats(high << 32 | (a & 0x3f3f3f3f)), all(w.d));
    mins = _mm256_mul_ps(floats(high_mins << 32 | (b & 0x3f3f3f3f)), all(w.dmin));
  }
  static __m256 floats(uint64_t bytes) {
    const __m128i eight = _mm_cvtsi64_si128(static_cast<int64_t>(bytes));
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight));
  }
  static __m256 all(Half d) { return _mm256_set1_ps(half_to_float(d)); }
};

template <>
struct Quantized<BlockQ4_K> {
  template <int N>
  static void run(const uint8_t* row, const uint8_t* const* x, int columns, float* out) {
    const auto* blocks = reinterpret_cast<const BlockQ4_K*>(row);
    const __m512i nibble = _mm512_set1_epi8(15);
    Q8Row tokens[N];
    __m512 even[N], odd[N];
    __m256 offsets[N];
    for (int n = 0; n < N; ++n) {
      tokens[n] = q8_row(x[n], columns);
      even[n] = odd[n] = _mm512_setzero_ps();
      offsets[n] = _mm256_setzero_ps();
    }
    for (int i = 0; i < columns / 256; ++i) {
      const Q4KScales scales(blocks[i]);
      __m256 steps[N];
      for (int n = 0; n < N; ++n) {
        steps[n] = _mm256_mul_ps(scales.scales, _mm256_loadu_ps(tokens[n].scale + i * 8));
        const __m256 sums = _mm256_loadu_ps(tokens[n].sum + i * 8);
        offsets[n] = _mm256_fnmadd_ps(scales.mins, sums, offsets[n]);
      }
      for (int half = 0; half < 2; ++half) {  // parts 4 half, + 1, + 2, + 3
        const __m512i bytes = _mm512_loadu_si512(blocks[i].q + half * 64);
        const __m512i low = _mm512_and_si512(bytes, nibble);  // parts 0 and 2
        const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble);  // 1 and 3
        for (int n = 0; n < N; ++n) {
          const int8_t* q = tokens[n].q + i * 256 + half * 128;
          const __m512i x01 = _mm512_loadu_si512(q), x23 = _mm512_loadu_si512(q + 64);
          const __m512i zero = _mm512_setzero_si512();
          const __m512i dots_even =
              _mm512_dpbusd_epi32(zero, low, _mm512_shuffle_i64x2(x01, x23, 0x44));
          const __m512i dots_odd =
              _mm512_dpbusd_epi32(zero, high, _mm512_shuffle_i64x2(x01, x23, 0xee));
          const int part = half * 4;
          even[n] =
              _mm512_fmadd_ps(as_floats(dots_even), spread(steps[n], part, part + 2), even[n]);
          odd[n] =
              _mm512_fmadd_ps(as_floats(dots_odd), spread(steps[n], part + 1, part + 3), odd[n]);
        }
      }
    }
    for (int n = 0; n < N; ++n) {
      out[n] = _mm512_reduce_add_ps(_mm512_add_ps(even[n], odd[n])) + sum(F8{offsets[n]});
    }
  }
};

template <>
struct Quantized<BlockQ6_K> {
  template <int N>
  static void run(const uint8_t* row, const uint8_t* const* x, int columns, float* out) {
    const auto* blocks = reinterpret_cast<const BlockQ6_K*>(row);
    const __m512i nibble = _mm512_set1_epi8(15), two_bits = _mm512_set1_epi8(3);
    const __m512i thirty_two = _mm512_set1_epi8(32), zero = _mm512_setzero_si512();
    // Of part 0 or 2 in the low half, of part 1 or 3 in the high one.
    const __m512i shifts[2] = {_mm512_set_epi64(2, 2, 2, 2, 0, 0, 0, 0),
                               _mm512_set_epi64(6, 6, 6, 6, 4, 4, 4, 4)};
    const __m512i twice = _mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
    const __m512i quads = _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0);
    Q8Row tokens[N];
    __m512 totals[N][2];
    for (int n = 0; n < N; ++n) {
      tokens[n] = q8_row(x[n], columns);
      totals[n][0] = totals[n][1] = _mm512_setzero_ps();
    }
    for (int i = 0; i < columns / 256; ++i) {
      const BlockQ6_K& w = blocks[i];
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(w.scales));
      const __m512 scales = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)),
                                          _mm512_set1_ps(half_to_float(w.d)));
      __m512 steps[N];  // of the 16 granules
      for (int n = 0; n < N; ++n) {
        const __m256 d = _mm256_loadu_ps(tokens[n].scale + i * 8);
        steps[n] = _mm512_mul_ps(scales, _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(d)));
      }
      for (int half = 0; half < 2; ++half) {
        const __m512i low = _mm512_loadu_si512(w.low + half * 64);
        const __m512i high = _mm512_broadcast_i64x4(I8::load(w.high + half * 32).v);
        for (int pair = 0; pair < 2; ++pair) {  // parts 0 and 1, then 2 and 3
          const __m512i nibbles = _mm512_and_si512(pair ? _mm512_srli_epi16(low, 4) : low, nibble);
          const __m512i bits = _mm512_and_si512(_mm512_srlv_epi64(high, shifts[pair]), two_bits);
          const __m512i q = _mm512_or_si512(nibbles, _mm512_slli_epi16(bits, 4));
          const int quarter = half * 2 + pair;
          for (int n = 0; n < N; ++n) {
            const __m512i values = _mm512_loadu_si512(tokens[n].q + i * 256 + quarter * 64);
            const __m512i dots = _mm512_sub_epi32(_mm512_dpbusd_epi32(zero, q, values),
                                                  _mm512_dpbusd_epi32(zero, thirty_two, values));
            const __m512i granules = _mm512_add_epi32(quads, _mm512_set1_epi32(quarter * 4));
            totals[n][pair] = _mm512_fmadd_ps(
                as_floats(dots), _mm512_permutexvar_ps(granules, steps[n]), totals[n][pair]);
          }
        }
      }
    }
    for (int n = 0; n < N; ++n) {
      out[n] = _mm512_reduce_add_ps(_mm512_add_ps(totals[n][0], totals[n][1]));
    }
  }
};
