// SPDX-License-Identifier: Apache-2.0
// The products of amx.cpp over tiles in memory: slow, for tests. Only who asks for it by name gets
// it.
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::amx_emulated {
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

#include "tile_shapes.inl"

#include "tiles_emulated.inl"

}  // namespace
}  // namespace kt::amx_emulated

#define KT_ISA amx_emulated
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni | kAskedFor)
#define KT_PANELS
#define KT_TILES
#include "kernels.inl"
