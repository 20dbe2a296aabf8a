// SPDX-License-Identifier: Apache-2.0
// AVX-512 with dot products of bfloat16 (AMD Zen 4 2022 and later): attention, which has twice the
// rate of floats by them. The tables below serve all else.
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx512_bf16 {
namespace {

#include "floats512.inl"

#include "halves.inl"

#include "tile_shapes.inl"

#include "dot_steps.inl"

#include "vectors.inl"

#include "tiles.inl"

#include "softmax.inl"

#define KT_TILES
#include "attention_tiles.inl"

#include "attention.inl"

constexpr KernelTable only_attention() {
  KernelTable table{};
  table.isa = "avx512_bf16";
  table.needs = kAvx2 | kAvx512 | kVnni | kBf16;
  table.rounds_attention = true;
  table.attention = attention;
  table.attention_merge = attention_merge;
  return table;
}

}  // namespace

extern constinit const KernelTable kTable = only_attention();

}  // namespace kt::avx512_bf16
