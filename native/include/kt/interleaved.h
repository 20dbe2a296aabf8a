// SPDX-License-Identifier: Apache-2.0
// Weights with sixteen rows interleaved: a lossless second form of the blocks of GGUF files, in
// which each instruction works on sixteen rows, for one token as for many.
//
// A panel is 16 rows. It holds units of as many columns as a block, one after another. A unit is
//   codes   for each 32 columns: bits * 64 bytes. Group j of them is the columns 4j to 4j + 3; a
//           group of all rows is 64 bytes, four for each row, and a plane packs the groups of one
//           width: group j of a plane of b bits lies in its 64 bytes j % b, shifted by j / b * b.
//           The first plane holds the low bits, a second one what is left.
//   scales  as `Scaling` says, row by row for each granule, then row by row for the unit
// and w = scale * (code - zero), or scale * code plus a minimum.
//
// Included by the files of every instruction set: no C++ library header here.
#pragma once

#include "kt/quant.h"

namespace kt {

constexpr int kPanelRows = 16;

enum class Scaling {
  kHalf,          // a half for the unit
  kHalfAndMin,    // two halves, the second one added
  kPower,         // a byte e: 2^(e - 128)
  kBytes,         // a signed byte for each granule; a half that they are multiplied by
  kBytesAndMins,  // bytes, then bytes of minima; a half each that they are multiplied by
  kNibbles,       // a byte for each granule, scale and minimum; the halves
};

// The types that can be interleaved: bits of a code, of which in the first plane, columns of a
// granule, scaling, zero, and whether codes leave 0..127.
#define KT_INTERLEAVED_TYPES(X)              \
  X(Q4_0, 4, 4, 32, kHalf, 8, false)         \
  X(Q4_1, 4, 4, 32, kHalfAndMin, 0, false)   \
  X(Q5_0, 5, 4, 32, kHalf, 16, false)        \
  X(Q5_1, 5, 4, 32, kHalfAndMin, 0, false)   \
  X(Q8_0, 8, 8, 32, kHalf, 128, true)        \
  X(Q2_K, 2, 2, 16, kNibbles, 0, false)      \
  X(Q3_K, 3, 2, 16, kBytes, 4, false)        \
  X(Q4_K, 4, 4, 32, kBytesAndMins, 0, false) \
  X(Q5_K, 5, 4, 32, kBytesAndMins, 0, false) \
  X(Q6_K, 6, 4, 16, kBytes, 32, false)       \
  X(IQ4_NL, 4, 4, 32, kHalf, 128, true)      \
  X(IQ4_XS, 4, 4, 32, kBytes, 128, true)     \
  X(MXFP4, 4, 4, 32, kPower, 12, false)

static constexpr int scale_bytes(Scaling scaling, int granules) {
  const int per_granule = granules * kPanelRows;
  constexpr int kHalves = kPanelRows * static_cast<int>(sizeof(Half));
  switch (scaling) {
    case Scaling::kHalf: return kHalves;
    case Scaling::kHalfAndMin: return 2 * kHalves;
    case Scaling::kPower: return kPanelRows;
    case Scaling::kBytes: return per_granule + kHalves;
    case Scaling::kBytesAndMins: return 2 * per_granule + 2 * kHalves;
    case Scaling::kNibbles: return per_granule + 2 * kHalves;
  }
  return 0;
}

template <class Block_, int bits, int low_bits, int granule, Scaling scaling, int zero, bool wide>
struct Interleaving {
  using Block = Block_;
  static constexpr int kColumns = Block::kWeights;
  static constexpr int kBits = bits, kLowBits = low_bits, kGranule = granule, kZero = zero;
  static constexpr int kGranules = kColumns / granule;
  static constexpr Scaling kScaling = scaling;
  static constexpr bool kIsWide = wide;
  static constexpr bool kHasMins = scaling == Scaling::kHalfAndMin ||
                                   scaling == Scaling::kBytesAndMins ||
                                   scaling == Scaling::kNibbles;
  static constexpr int kCodeBytes = kColumns / 32 * bits * 64;
  static constexpr int kUnitBytes = kCodeBytes + scale_bytes(scaling, kGranules);
  static_assert(kUnitBytes % kPanelRows == 0, "a row's share of a unit is whole bytes");
};

template <class Block>
struct InterleavingOf;
#define KT_INTERLEAVING(name, bits, low, granule, scaling, zero, wide) \
  template <>                                                          \
  struct InterleavingOf<Block##name>                                   \
      : Interleaving<Block##name, bits, low, granule, Scaling::scaling, zero, wide> {};
KT_INTERLEAVED_TYPES(KT_INTERLEAVING)
#undef KT_INTERLEAVING

// A row's share of the bytes of a panel; 0 if the type has no interleaved form.
static constexpr int64_t interleaved_row_bytes(WeightType type, int64_t columns) {
  switch (type) {
#define KT_CASE(name, ...)                                   \
  case WeightType::k##name:                                  \
    return columns / InterleavingOf<Block##name>::kColumns * \
           (InterleavingOf<Block##name>::kUnitBytes / kPanelRows);
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return 0;
  }
}
static_assert(interleaved_row_bytes(WeightType::kQ4_K, 256) == 148);  // 4.625 bits a weight

}  // namespace kt
