// SPDX-License-Identifier: Apache-2.0
// AVX-512 with VNNI, products of bytes (Intel servers 2019, AMD Zen 4 2022, and later).
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx512_vnni {
namespace {

#include "floats512.inl"

#include "bytes256.inl"

#include "lanes512.inl"

inline float half_to_float(Half half) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}
inline Half float_to_half(float value) {
  const __m128i half =
      _mm_cvtps_ph(_mm_set_ss(value), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return static_cast<Half>(_mm_extract_epi16(half, 0));
}

}  // namespace
}  // namespace kt::avx512_vnni

#define KT_ISA avx512_vnni
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni)
#define KT_PANELS
#include "kernels.inl"
