// SPDX-License-Identifier: Apache-2.0
// Stored rows to interleaved ones (kt/interleaved.h). Codes and scales are moved, never rounded.

// The scales of one row of a unit, which are written among those of the other rows.
struct RowScales {
  uint8_t* at;  // of this row
  void byte(int place, int value) const { at[place * kPanelRows] = static_cast<uint8_t>(value); }
};
inline void write_half(uint8_t* halves, int row, Half value) {
  __builtin_memcpy(halves + row * sizeof(Half), &value, sizeof value);
}

template <class Block>
void write_scales(const Block& w, uint8_t* scales, int row) {
  using Form = InterleavingOf<Block>;
  constexpr int kHalves = kPanelRows * static_cast<int>(sizeof(Half));
  const RowScales rows{scales + row};
  if constexpr (Form::kScaling == Scaling::kPower) {
    rows.byte(0, w.e);
  } else if constexpr (Form::kScaling == Scaling::kHalf) {
    write_half(scales, row, w.d);
  } else if constexpr (Form::kScaling == Scaling::kHalfAndMin) {
    write_half(scales, row, w.d);
    write_half(scales + kHalves, row, w.m);
  } else {
    uint8_t* halves = scales + Form::kUnitBytes - Form::kCodeBytes - kHalves;
    for (int g = 0; g < Form::kGranules; ++g) {
      if constexpr (Form::kScaling == Scaling::kBytesAndMins) {
        int scale, low;
        unpack_q4_k(w.scales, g, scale, low);
        rows.byte(g, scale);
        rows.byte(Form::kGranules + g, low);
      } else {
        rows.byte(g, granule_scale(w, g));
      }
    }
    if constexpr (Form::kHasMins) {
      write_half(halves, row, w.dmin);
      halves -= kHalves;
    }
    write_half(halves, row, w.d);
  }
}

// 32 columns of 16 rows, one byte each, to planes.
template <class Form>
void pack_codes(const uint8_t (&plain)[kPanelRows][kBlock], uint8_t* out) {
  constexpr int kLow = Form::kLowBits, kHigh = Form::kBits - kLow;
  uint8_t groups[8][64];
  for (int r = 0; r < kPanelRows; ++r) {
    for (int j = 0; j < 8; ++j) __builtin_memcpy(groups[j] + 4 * r, plain[r] + 4 * j, 4);
  }
  for (int line = 0; line < Form::kBits; ++line) {
    for (int i = 0; i < 64; ++i) out[line * 64 + i] = 0;
  }
  for (int j = 0; j < 8; ++j) {
    uint8_t* low = out + j % kLow * 64;
    for (int i = 0; i < 64; ++i) {
      low[i] |= static_cast<uint8_t>((groups[j][i] & ((1 << kLow) - 1)) << (j / kLow * kLow));
    }
    if constexpr (kHigh != 0) {
      uint8_t* high = out + (kLow + j % kHigh) * 64;
      for (int i = 0; i < 64; ++i) {
        high[i] |= static_cast<uint8_t>(groups[j][i] >> kLow << (j / kHigh * kHigh));
      }
    }
  }
}

// One panel.
template <class Block>
void interleave_rows(const uint8_t* row, int64_t row_bytes, int columns, uint8_t* out) {
  using Form = InterleavingOf<Block>;
  constexpr int kParts = Form::kColumns / kBlock;
  for (int unit = 0; unit < columns / Form::kColumns; ++unit, out += Form::kUnitBytes) {
    const Block* blocks[kPanelRows];
    for (int r = 0; r < kPanelRows; ++r) {
      blocks[r] = reinterpret_cast<const Block*>(row + r * row_bytes) + unit;
      write_scales(*blocks[r], out + Form::kCodeBytes, r);
    }
    for (int part = 0; part < kParts; ++part) {
      uint8_t plain[kPanelRows][kBlock];
      for (int r = 0; r < kPanelRows; ++r) {
        codes(*blocks[r], part).store(reinterpret_cast<int8_t*>(plain[r]));
      }
      pack_codes<Form>(plain, out + part * Form::kBits * 64);
    }
  }
}

using InterleaveRows = void (*)(const uint8_t*, int64_t, int, uint8_t*);

inline InterleaveRows interleave_for(WeightType type) {
  switch (type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return interleave_rows<Block##name>;
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;  // the wrappers let no other type through
  }
}

void interleave(const InterleaveArgs& a, Range panels) noexcept {
  const InterleaveRows run = interleave_for(a.stored.type);
  const int64_t in_bytes = kPanelRows * a.stored.row_bytes;
  const int64_t out_bytes = kPanelRows * interleaved_row_bytes(a.stored.type, a.stored.columns);
  for (int64_t p = panels.begin; p < panels.end; ++p) {
    run(a.stored.data + p * in_bytes, a.stored.row_bytes, a.stored.columns, a.out + p * out_bytes);
  }
}
