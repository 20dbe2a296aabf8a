// SPDX-License-Identifier: Apache-2.0
// One row of an interleaved unit (kt/interleaved.h), and for each type what puts it back into the
// block that the file has.
#pragma once

#include "../device.cuh"
#include "kt/interleaved.h"

namespace kt::cuda {

template <class Block>
struct UnitRow {
  using Form = InterleavingOf<Block>;
  static constexpr int kScaleHalves = kPanelRows * static_cast<int>(sizeof(Half));

  const uint8_t* unit;
  int row;

  // Columns 4 j to 4 j + 3 of part `part`, a code in each byte.
  __device__ uint32_t codes(int part, int j) const {
    constexpr int kLow = Form::kLowBits, kHigh = Form::kBits - kLow;
    const uint8_t* planes = unit + part * Form::kBits * 64 + 4 * row;
    const uint32_t low = bits<kLow>(planes, j);
    if constexpr (kHigh == 0) {
      return low;
    } else {
      return low | bits<kHigh>(planes + kLow * 64, j) << kLow;
    }
  }
  // What a granule has in a byte; minima come after the scales.
  __device__ int byte(int place) const { return scales()[place * kPanelRows + row]; }
  __device__ Half d() const { return half(Form::kHasMins ? 2 : 1); }
  __device__ Half low() const { return half(1); }

 private:
  template <int kBits>
  __device__ static uint32_t bits(const uint8_t* plane, int j) {
    const auto word = *reinterpret_cast<const uint32_t*>(plane + j % kBits * 64);
    constexpr uint32_t kMask = ((1u << kBits) - 1) * 0x01010101u;
    return word >> (j / kBits * kBits) & kMask;
  }
  __device__ const uint8_t* scales() const { return unit + Form::kCodeBytes; }
  __device__ Half half(int from_end) const {
    const uint8_t* halves = unit + Form::kUnitBytes - from_end * kScaleHalves;
    return reinterpret_cast<const Half*>(halves)[row];
  }
};

// Four bytes to any address.
__device__ __forceinline__ void put(uint8_t* at, uint32_t bytes) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(bytes >> (8 * i));
}

// 32 codes of four bits: the low nibbles of sixteen bytes, then the high ones.
template <class Row>
__device__ void put_nibbles(const Row& row, int part, uint8_t* q) {
  for (int j = 0; j < 4; ++j) {
    const uint32_t low = row.codes(part, j) & 0x0F0F0F0Fu;
    put(q + 4 * j, low | (row.codes(part, j + 4) & 0x0F0F0F0Fu) << 4);
  }
}
// Two parts of which the low four bits share 32 bytes.
template <class Row>
__device__ void put_nibbles_of(const Row& row, int low_part, int high_part, uint8_t* q) {
  for (int j = 0; j < 8; ++j) {
    const uint32_t low = row.codes(low_part, j) & 0x0F0F0F0Fu;
    put(q + 4 * j, low | (row.codes(high_part, j) & 0x0F0F0F0Fu) << 4);
  }
}
// Four parts that share 32 bytes: two bits of each code, from `bit` on.
template <class Row>
__device__ void put_pairs(const Row& row, int first_part, int bit, uint8_t* q) {
  for (int j = 0; j < 8; ++j) {
    uint32_t bytes = 0;
    for (int i = 0; i < 4; ++i) {
      bytes |= (row.codes(first_part + i, j) >> bit & 0x03030303u) << (2 * i);
    }
    put(q + 4 * j, bytes);
  }
}
// All eight parts share 32 bytes: a bit of each code.
template <class Row>
__device__ void put_bits(const Row& row, int bit, uint8_t* high) {
  for (int j = 0; j < 8; ++j) {
    uint32_t bytes = 0;
    for (int part = 0; part < 8; ++part) {
      bytes |= (row.codes(part, j) >> bit & 0x01010101u) << part;
    }
    put(high + 4 * j, bytes);
  }
}
// The fifth bits of 32 codes, one after another.
template <class Row>
__device__ void put_fifth_bits(const Row& row, uint8_t* high) {
  for (int i = 0; i < 4; ++i) {
    const uint32_t a = row.codes(0, 2 * i) >> 4, b = row.codes(0, 2 * i + 1) >> 4;
    uint32_t bits = 0;
    for (int k = 0; k < 4; ++k) {
      bits |= (a >> (8 * k) & 1) << k | (b >> (8 * k) & 1) << (k + 4);
    }
    high[i] = static_cast<uint8_t>(bits);
  }
}

template <class Row, class Block>
__device__ void put_plain_nibbles(const Row& row, Block& w) {
  w.d = row.d();
  put_nibbles(row, 0, w.q);
}
__device__ inline void put_block(const UnitRow<BlockQ4_0>& row, BlockQ4_0& w) {
  put_plain_nibbles(row, w);
}
__device__ inline void put_block(const UnitRow<BlockIQ4_NL>& row, BlockIQ4_NL& w) {
  put_plain_nibbles(row, w);
}
__device__ inline void put_block(const UnitRow<BlockQ4_1>& row, BlockQ4_1& w) {
  put_plain_nibbles(row, w);
  w.m = row.low();
}
__device__ inline void put_block(const UnitRow<BlockQ5_0>& row, BlockQ5_0& w) {
  put_plain_nibbles(row, w);
  put_fifth_bits(row, w.high);
}
__device__ inline void put_block(const UnitRow<BlockQ5_1>& row, BlockQ5_1& w) {
  put_plain_nibbles(row, w);
  put_fifth_bits(row, w.high);
  w.m = row.low();
}
__device__ inline void put_block(const UnitRow<BlockQ8_0>& row, BlockQ8_0& w) {
  w.d = row.d();
  // Codes are values plus 128.
  for (int j = 0; j < 8; ++j) {
    put(reinterpret_cast<uint8_t*>(w.q) + 4 * j, row.codes(0, j) ^ 0x80808080u);
  }
}
__device__ inline void put_block(const UnitRow<BlockMXFP4>& row, BlockMXFP4& w) {
  w.e = static_cast<uint8_t>(row.byte(0));
  put_nibbles(row, 0, w.q);
}

__device__ inline void put_block(const UnitRow<BlockQ2_K>& row, BlockQ2_K& w) {
  w.d = row.d();
  w.dmin = row.low();
  for (int g = 0; g < 16; ++g) w.scales[g] = static_cast<uint8_t>(row.byte(g));
  for (int i = 0; i < 2; ++i) put_pairs(row, 4 * i, 0, w.q + 32 * i);
}
// Scale g, six bits: the unit has it less 32.
template <class Block>
__device__ uint8_t six_bits(const UnitRow<Block>& row, int g) {
  return static_cast<uint8_t>((row.byte(g) + 32) & 63);
}
__device__ inline void put_block(const UnitRow<BlockQ3_K>& row, BlockQ3_K& w) {
  w.d = row.d();
  for (int i = 0; i < 8; ++i) {
    const int low = six_bits(row, i) & 15, high = six_bits(row, i + 8) & 15;
    w.scales[i] = static_cast<uint8_t>(low | high << 4);
  }
  for (int i = 0; i < 4; ++i) {
    int bits = 0;
    for (int k = 0; k < 4; ++k) bits |= six_bits(row, i + 4 * k) >> 4 << (2 * k);
    w.scales[8 + i] = static_cast<uint8_t>(bits);
  }
  for (int i = 0; i < 2; ++i) put_pairs(row, 4 * i, 0, w.low + 32 * i);
  put_bits(row, 2, w.high);
}
// Eight scales and minima of six bits in twelve bytes.
template <class Block>
__device__ void put_scales_and_mins(const UnitRow<Block>& row, uint8_t* scales) {
  for (int i = 0; i < 4; ++i) {
    const int scale = row.byte(i), scale4 = row.byte(i + 4);
    const int low = row.byte(i + 8), low4 = row.byte(i + 12);
    scales[i] = static_cast<uint8_t>(scale | scale4 >> 4 << 6);
    scales[i + 4] = static_cast<uint8_t>(low | low4 >> 4 << 6);
    scales[i + 8] = static_cast<uint8_t>((scale4 & 15) | (low4 & 15) << 4);
  }
}
template <class Block>
__device__ void put_with_mins(const UnitRow<Block>& row, Block& w) {
  w.d = row.d();
  w.dmin = row.low();
  put_scales_and_mins(row, w.scales);
  for (int i = 0; i < 4; ++i) put_nibbles_of(row, 2 * i, 2 * i + 1, w.q + 32 * i);
}
__device__ inline void put_block(const UnitRow<BlockQ4_K>& row, BlockQ4_K& w) {
  put_with_mins(row, w);
}
__device__ inline void put_block(const UnitRow<BlockQ5_K>& row, BlockQ5_K& w) {
  put_with_mins(row, w);
  put_bits(row, 4, w.high);
}
__device__ inline void put_block(const UnitRow<BlockQ6_K>& row, BlockQ6_K& w) {
  w.d = row.d();
  for (int g = 0; g < 16; ++g) w.scales[g] = static_cast<int8_t>(row.byte(g));
  for (int i = 0; i < 2; ++i) {
    put_nibbles_of(row, 4 * i, 4 * i + 2, w.low + 64 * i);
    put_nibbles_of(row, 4 * i + 1, 4 * i + 3, w.low + 64 * i + 32);
    put_pairs(row, 4 * i, 4, w.high + 32 * i);
  }
}
__device__ inline void put_block(const UnitRow<BlockIQ4_XS>& row, BlockIQ4_XS& w) {
  w.d = row.d();
  int high = 0;
  for (int i = 0; i < 4; ++i) {
    const int a = six_bits(row, 2 * i), b = six_bits(row, 2 * i + 1);
    w.scales_low[i] = static_cast<uint8_t>((a & 15) | (b & 15) << 4);
    high |= (a >> 4 | b >> 4 << 2) << (4 * i);
  }
  w.scales_high = static_cast<uint16_t>(high);
  for (int part = 0; part < 8; ++part) put_nibbles(row, part, w.q + 16 * part);
}

}  // namespace kt::cuda
