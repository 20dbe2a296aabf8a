// SPDX-License-Identifier: Apache-2.0
// The products of amx.cpp over tiles in memory: slow, for tests. Only who asks for it by name gets
// it.
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::amx_emulated {
namespace {

#include "set512.inl"

#include "tile_shapes.inl"

#include "tiles_emulated.inl"

#include "tile_steps.inl"

}  // namespace
}  // namespace kt::amx_emulated

#define KT_ISA amx_emulated
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni | kAskedFor)
#define KT_STORED_PANELS
#define KT_TILES
#include "kernels.inl"
