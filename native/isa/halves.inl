// SPDX-License-Identifier: Apache-2.0
// Single halves, for the instruction sets from AVX2 on. Included inside their anonymous namespace.

inline float half_to_float(Half half) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}
inline Half float_to_half(float value) {
  const __m128i half =
      _mm_cvtps_ph(_mm_set_ss(value), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return static_cast<Half>(_mm_extract_epi16(half, 0));
}
