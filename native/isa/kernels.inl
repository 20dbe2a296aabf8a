// SPDX-License-Identifier: Apache-2.0
// The kernels, written once over V (floats), F8 and I8 (bytes), and the table of them.
// The including file (avx2.cpp, ...) defines those types, KT_ISA and KT_NEEDS.
//
// Results do not depend on how items are split over threads: an item is computed by one thread,
// in one order.
#define KT_STRING(x) #x
#define KT_NAME(x) KT_STRING(x)

#include "kt/tables.h"

namespace kt::KT_ISA {
namespace {

#include "vectors.inl"

#include "decode32.inl"

#include "decode256.inl"

#include "decode_grids.inl"

#include "dots.inl"

#ifdef KT_STORED_PANELS
#include "rows512.inl"
#endif

#include "tiles.inl"

#include "products.inl"

#include "conversions.inl"

#include "activations.inl"

#include "experts.inl"

#include "softmax.inl"

#ifdef KT_TILES
#include "attention_tiles.inl"
#endif

#include "attention.inl"

#ifndef KT_TILES
#include "interleave.inl"

#include "unpack.inl"

#include "requantize.inl"

#include "elementwise.inl"
#else
// No faster with tiles: the table below serves them.
constexpr void (*embed)(const EmbedArgs&, Range) noexcept = nullptr;
constexpr void (*rms_norm)(const RmsNormArgs&, Range) noexcept = nullptr;
constexpr void (*add_rms_norm)(const AddRmsNormArgs&, Range) noexcept = nullptr;
constexpr void (*quantize)(const QuantizeArgs&, Range) noexcept = nullptr;
constexpr void (*interleave)(const InterleaveArgs&, Range) noexcept = nullptr;
constexpr void (*requantize)(const RequantizeArgs&, Range) noexcept = nullptr;
constexpr void (*to_bf16)(const ToBf16Args&, Range) noexcept = nullptr;
constexpr void (*rope)(const RopeArgs&, Range) noexcept = nullptr;
constexpr void (*store_rows)(const StoreRowsArgs&, Range) noexcept = nullptr;
constexpr void (*load_rows)(const LoadRowsArgs&, Range) noexcept = nullptr;
constexpr void (*add)(const AddArgs&, Range) noexcept = nullptr;
constexpr void (*bias_rows)(const BiasRowsArgs&, Range) noexcept = nullptr;
constexpr void (*weigh_rows)(const WeighRowsArgs&, Range) noexcept = nullptr;
#endif

#ifdef KT_RUNS_ANYWHERE
#include "routing.inl"
#else
// Short and full of branches: the baseline version serves all.
constexpr void (*rope_table)(const RopeTableArgs&, Range) noexcept = nullptr;
constexpr void (*router)(const RouterArgs&, Range) noexcept = nullptr;
constexpr void (*expert_plan)(const ExpertPlanArgs&, Range) noexcept = nullptr;
#endif

#ifdef KT_TILES
constexpr bool kHasTiles = true;
#else
constexpr bool kHasTiles = false;
#endif

}  // namespace

// clang-format off
extern const KernelTable kTable = {
    .isa = KT_NAME(KT_ISA),
    .needs = KT_NEEDS,
    .has_tiles = kHasTiles,
    .rounds_attention = kHasTiles,
#define KT_ENTRY(name, Args, grain) .name = name,
    KT_KERNELS(KT_ENTRY)
#undef KT_ENTRY
};
// clang-format on

}  // namespace kt::KT_ISA
