// SPDX-License-Identifier: Apache-2.0
#include "kt/scan.h"

namespace kt {
namespace {

// --- Whether a block's scales, or a weight that is a float, are finite numbers. ---

constexpr bool is_finite(Half half) { return (half & 0x7c00) != 0x7c00; }

struct F32 {
  static constexpr int kWeights = 1;
  uint32_t bits;
};
struct F16 {
  static constexpr int kWeights = 1;
  Half bits;
};
struct BF16 {
  static constexpr int kWeights = 1;
  uint16_t bits;
};

constexpr bool has_finite_scales(const F32& x) { return (x.bits & 0x7f800000) != 0x7f800000; }
constexpr bool has_finite_scales(const F16& x) { return is_finite(x.bits); }
constexpr bool has_finite_scales(const BF16& x) { return (x.bits & 0x7f80) != 0x7f80; }

constexpr bool has_finite_scales(const BlockMXFP4& block) { return block.e != 0xff; }

constexpr bool has_finite_scales(const BlockNVFP4& block) {
  bool finite = true;
  for (const uint8_t d : block.d) finite &= (d & 0x7f) != 0x7f;
  return finite;
}

// The exponent of the half that is spread over four nibbles.
constexpr bool has_finite_scales(const BlockIQ1_M& block) {
  return ((block.scales[3][1] & 0x70) | (block.scales[2][1] & 0xc0) >> 4) != 0x7c;
}

template <class Block>
constexpr bool has_finite_scales(const Block& block) {
  bool finite = is_finite(block.d);
  if constexpr (requires { block.m; }) finite &= is_finite(block.m);
  if constexpr (requires { block.dmin; }) finite &= is_finite(block.dmin);
  return finite;
}

// ---

template <class Block>
bool is_finite_row(const uint8_t* row, int columns) noexcept {
  const auto* blocks = reinterpret_cast<const Block*>(row);
  bool finite = true;
  for (int b = 0; b < columns / Block::kWeights; ++b) finite &= has_finite_scales(blocks[b]);
  return finite;
}

void lower(std::atomic<int64_t>& least, int64_t value) noexcept {
  int64_t present = least.load();
  while (value < present && !least.compare_exchange_weak(present, value)) {
  }
}

// All rows are read, also those after a bad one: to bring them in is the other purpose.
template <class Block>
void scan_blocks(const ScanArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const uint8_t* row = a.weight.data + r * a.weight.row_bytes;
    if (!is_finite_row<Block>(row, a.weight.columns)) lower(*a.first_bad, r);
  }
}

}  // namespace

void scan(const ScanArgs& a, Range rows) noexcept {
  switch (a.weight.type) {
    case WeightType::kF32: return scan_blocks<F32>(a, rows);
    case WeightType::kF16: return scan_blocks<F16>(a, rows);
    case WeightType::kBF16: return scan_blocks<BF16>(a, rows);
#define KT_SCAN(name, number) \
  case WeightType::k##name: return scan_blocks<Block##name>(a, rows);
      KT_BLOCK_TYPES(KT_SCAN)
#undef KT_SCAN
  }
}

}  // namespace kt
