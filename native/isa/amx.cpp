// SPDX-License-Identifier: Apache-2.0
// AVX-512 with tiles, products of small matrices (Intel servers 2023 and later), and bfloat16.
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::amx {
namespace {

#include "set512.inl"

#include "tile_shapes.inl"

#include "tiles_amx.inl"

#include "tile_steps.inl"

}  // namespace
}  // namespace kt::amx

#define KT_ISA amx
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni | kBf16 | kAmx)
#define KT_STORED_PANELS
#define KT_TILES
#include "kernels.inl"
