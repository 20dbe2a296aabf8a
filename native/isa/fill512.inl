// SPDX-License-Identifier: Apache-2.0
// Panels of the most frequent types, filled without `decode`: bits are moved before they are taken
// apart, and scales are computed for sixteen rows at once. That is some 100 instructions for 16 x
// 64 weights instead of 400.

// Calls body(j, v) with the four bytes 4j of each of 16 rows, for all j below 16.
template <class Body>
inline void each_group(const uint8_t* rows, int64_t row_bytes, const Body& body) {
  alignas(64) int8_t groups[16][64];
  transpose(reinterpret_cast<const int8_t*>(rows), row_bytes, groups[0]);
  for (int j = 0; j < 16; ++j) body(j, _mm512_load_si512(groups[j]));
}

// out[k]: the k-th of four words of 16 rows.
inline void four_words(const uint8_t* rows, int64_t row_bytes, __m512i (&out)[4]) {
  __m512i t[4];  // rows j, j + 4, j + 8, j + 12
  for (int j = 0; j < 4; ++j) {
    const auto words = [&](int r) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows + (j + r) * row_bytes));
    };
    t[j] = _mm512_castsi128_si512(words(0));
    t[j] = _mm512_inserti32x4(t[j], words(4), 1);
    t[j] = _mm512_inserti32x4(t[j], words(8), 2);
    t[j] = _mm512_inserti32x4(t[j], words(12), 3);
  }
  const __m512i low01 = _mm512_unpacklo_epi32(t[0], t[1]),
                low23 = _mm512_unpacklo_epi32(t[2], t[3]);
  const __m512i high01 = _mm512_unpackhi_epi32(t[0], t[1]),
                high23 = _mm512_unpackhi_epi32(t[2], t[3]);
  out[0] = _mm512_unpacklo_epi64(low01, low23);
  out[1] = _mm512_unpackhi_epi64(low01, low23);
  out[2] = _mm512_unpacklo_epi64(high01, high23);
  out[3] = _mm512_unpackhi_epi64(high01, high23);
}

inline __m512i bits(__m512i x, int first, int count) {
  return _mm512_and_si512(_mm512_srli_epi32(x, static_cast<unsigned>(first)),
                          _mm512_set1_epi32((1 << count) - 1));
}
inline __m512 low_halves(__m512i x) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(x)); }

// Of bytes: (x >> n) & 15.
inline __m512i nibbles_of(__m512i x, int n) {
  return _mm512_and_si512(_mm512_srli_epi16(x, static_cast<unsigned>(n)), _mm512_set1_epi8(15));
}

// Fills the columns of one block of 16 rows; `first` is its first column in the panel.
inline void fill_block(Panel& panel, const BlockQ4_K* w, int64_t row_bytes, int first) {
  const uint8_t* rows = reinterpret_cast<const uint8_t*>(w);
  __m512i words[4];
  static_assert(__builtin_offsetof(BlockQ4_K, scales) == 4 &&
                __builtin_offsetof(BlockQ4_K, q) == 16);
  four_words(rows, row_bytes, words);
  const __m512 d = low_halves(words[0]);
  const __m512 dmin = low_halves(_mm512_srli_epi32(words[0], 16));
  for (int j = 0; j < 8; ++j) {
    const int at = j % 4 * 8;
    const auto upper = [&](__m512i x) { return _mm512_slli_epi32(bits(x, at + 6, 2), 4); };
    const __m512i scale =
        j < 4 ? bits(words[1], at, 6) : _mm512_or_si512(bits(words[3], at, 4), upper(words[1]));
    const __m512i low =
        j < 4 ? bits(words[2], at, 6) : _mm512_or_si512(bits(words[3], at + 4, 4), upper(words[2]));
    const int g = first / kBlock + j;
    _mm512_store_ps(panel.scale[g], _mm512_mul_ps(d, _mm512_cvtepi32_ps(scale)));
    const __m512 offset = _mm512_mul_ps(dmin, _mm512_cvtepi32_ps(low));
    _mm512_store_ps(panel.offset[g], _mm512_sub_ps(_mm512_setzero_ps(), offset));
  }
  for (int pairs = 0; pairs < 2; ++pairs) {  // of parts, that share bytes
    int8_t* out = panel.w + (first + pairs * 128) * kPanelRows;
    each_group(rows + __builtin_offsetof(BlockQ4_K, q) + pairs * 64, row_bytes,
               [&](int j, __m512i q) {
                 int8_t* group = out + (j / 8 * 16 + j % 8) * 64;
                 _mm512_store_si512(group, nibbles_of(q, 0));
                 _mm512_store_si512(group + 8 * 64, nibbles_of(q, 4));
               });
  }
}

inline void fill_block(Panel& panel, const BlockQ6_K* w, int64_t row_bytes, int first) {
  const uint8_t* rows = reinterpret_cast<const uint8_t*>(w);
  __m512i words[4], high[16];
  Half halves[kPanelRows];
  for (int r = 0; r < kPanelRows; ++r) {
    __builtin_memcpy(halves + r, rows + r * row_bytes + __builtin_offsetof(BlockQ6_K, d),
                     sizeof(Half));
  }
  const __m512 d = V::load(halves).v;
  four_words(rows + __builtin_offsetof(BlockQ6_K, scales), row_bytes, words);
  for (int g = 0; g < 16; ++g) {
    const __m512i upper = _mm512_slli_epi32(words[g / 4], static_cast<unsigned>(24 - g % 4 * 8));
    const __m512 scale = _mm512_cvtepi32_ps(_mm512_srai_epi32(upper, 24));
    _mm512_store_ps(panel.scale[first / 16 + g], _mm512_mul_ps(d, scale));
  }
  each_group(rows + __builtin_offsetof(BlockQ6_K, high), row_bytes,
             [&](int j, __m512i q) { high[j] = q; });
  const auto value = [](__m512i nibbles, __m512i two_bits) {  // these as bits 4 and 5
    const __m512i upper = _mm512_and_si512(two_bits, _mm512_set1_epi8(0x30));
    return _mm512_sub_epi8(_mm512_or_si512(nibbles, upper), _mm512_set1_epi8(32));
  };
  for (int half = 0; half < 2; ++half) {
    int8_t* out = panel.w + (first + half * 128) * kPanelRows;
    each_group(
        rows + __builtin_offsetof(BlockQ6_K, low) + half * 64, row_bytes, [&](int j, __m512i q) {
          const bool is_odd = j >= 8;  // parts 1 and 3, else 0 and 2
          const __m512i h = high[half * 8 + j % 8];
          int8_t* group = out + ((is_odd ? 8 : 0) + j % 8) * 64;
          _mm512_store_si512(group, value(nibbles_of(q, 0), _mm512_slli_epi16(h, is_odd ? 2 : 4)));
          const __m512i last = is_odd ? _mm512_srli_epi16(h, 2) : h;
          _mm512_store_si512(group + 16 * 64, value(nibbles_of(q, 4), last));
        });
  }
}

template <class Block>
inline constexpr bool has_fill_block = false;
template <>
inline constexpr bool has_fill_block<BlockQ4_K> = true;
template <>
inline constexpr bool has_fill_block<BlockQ6_K> = true;
