// SPDX-License-Identifier: Apache-2.0
// Products of few tokens with interleaved rows (kt/interleaved.h): sixteen rows at a time meet four
// neighbouring activations of each token. No sum ever crosses lanes.
// COST bound by reading the weights: some 30 instructions for 32 columns of 16 rows and one token.

constexpr int kInterleavedTokens = 4;  // at a time: their sums stay in registers
constexpr int kPrefetchBytes = 4096;   // ahead: with it, two cores read 5 % more of memory

// Whether values are taken as signed bytes, less zero, since they leave what `dot` takes.
template <class Form>
inline constexpr bool kIsSigned = Form::kIsWide && !kTakesWideCodes;

// The codes of group j of the 32 columns that stand at `codes`.
template <class Form, int j>
inline Codes raw_group(const uint8_t* codes) {
  constexpr int kLow = Form::kLowBits, kHigh = Form::kBits - kLow;
  const Codes bytes = Codes::load(codes + j % kLow * 64);
  const Codes low = kLow == 8 ? bytes : shift_right(bytes, j / kLow * kLow, (1 << (kLow % 8)) - 1);
  if constexpr (kHigh == 0) {
    return low;
  } else {
    const Codes high = Codes::load(codes + (kLow + j % kHigh) * 64);
    return low | shift_left(shift_right(high, j / kHigh * kHigh, (1 << kHigh) - 1), kLow);
  }
}

// The values of the same, plus zero, as `dot` takes them, or signed, as `dot_signed` does.
template <class Form, int j>
inline Codes group(const uint8_t* codes) {
  const Codes raw = raw_group<Form, j>(codes);
  if constexpr (has_table<typename Form::Block>) {
    const Codes values = Codes::look_up(table_of<typename Form::Block>, raw);
    return kIsSigned<Form> ? values : values + Codes::all(Form::kZero);
  } else {
    return kIsSigned<Form> ? raw - Codes::all(Form::kZero) : raw;
  }
}

// Scales of the granules of one unit, and what is added: minima, or minus zero times the scale.
template <class Form>
struct UnitScales {
  static constexpr int kZero = kIsSigned<Form> ? 0 : Form::kZero;
  static constexpr bool kHasOffset = Form::kHasMins || kZero != 0;
  static constexpr int kBytes = Form::kGranules * kPanelRows;
  const uint8_t* at;
  Floats16 d, m;

  explicit UnitScales(const uint8_t* scales) : at(scales) {
    constexpr Scaling kind = Form::kScaling;
    constexpr int kHalves = kPanelRows * 2;
    if constexpr (kind == Scaling::kPower) {
      d = Floats16::of_powers(at);
    } else {
      constexpr int kBefore = kind == Scaling::kBytesAndMins                           ? 2 * kBytes
                              : kind == Scaling::kHalf || kind == Scaling::kHalfAndMin ? 0
                                                                                       : kBytes;
      d = Floats16::of_halves(at + kBefore);
      if constexpr (Form::kHasMins) m = Floats16::of_halves(at + kBefore + kHalves);
      if constexpr (kind == Scaling::kBytesAndMins || kind == Scaling::kNibbles) {
        m = m * Floats16::all(-1.0f);
      }
    }
  }
  Floats16 scale(int granule) const {
    const uint8_t* bytes = at + granule * kPanelRows;
    if constexpr (Form::kScaling == Scaling::kBytes) return Floats16::of_signed_bytes(bytes) * d;
    if constexpr (Form::kScaling == Scaling::kBytesAndMins) return Floats16::of_bytes(bytes) * d;
    if constexpr (Form::kScaling == Scaling::kNibbles) return Floats16::of_low_nibbles(bytes) * d;
    return d;
  }
  Floats16 offset(int granule, Floats16 scale) const {
    const uint8_t* bytes = at + granule * kPanelRows;
    if constexpr (!Form::kHasMins) return scale * Floats16::all(-static_cast<float>(kZero));
    if constexpr (Form::kScaling == Scaling::kBytesAndMins) {
      return Floats16::of_bytes(bytes + kBytes) * m;
    }
    if constexpr (Form::kScaling == Scaling::kNibbles) return Floats16::of_high_nibbles(bytes) * m;
    return m;
  }
};

// Groups whose products of pairs can be added up in int16, as long as no sum can leave it; 1 where
// the instruction set has something better. Activations stay within [-127, 127].
template <class Form>
constexpr int held_groups() {
  if (!kHasPairs || Form::kIsWide) return 1;
  constexpr int kMost = has_table<typename Form::Block> ? 2 * Form::kZero : (1 << Form::kBits) - 1;
  int groups = Form::kGranule / 4;
  while (groups > 1 && groups * 2 * 127 * kMost > 32767) groups /= 2;
  return groups;
}
template <class Form>
inline constexpr int kHeldGroups = held_groups<Form>();

inline int32_t four(const int8_t* q) {
  int32_t value;
  __builtin_memcpy(&value, q, sizeof value);
  return value;
}

// Totals of 16 rows for N tokens.
template <class Form, int N>
struct PanelTotals {
  Q8Row x[N];
  Floats16 totals[N];

  PanelTotals(const uint8_t* const* rows, int columns) {
    for (int n = 0; n < N; ++n) {
      x[n] = q8_row(rows[n], columns);
      totals[n] = Floats16::zero();
    }
  }

  // Block b of the tokens meets part b % (columns of a unit / 32) of the unit.
  void add_part(const uint8_t* codes, const UnitScales<Form>& scales, int part, int b) {
    constexpr int kGroups = Form::kGranule / 4;  // of a granule
    Sums sums[N];
    if constexpr (N > 1 && kHeldGroups<Form> > 1) {
      Pairs held[N];
      each_part([&](auto j) {
        constexpr int kNumber = j % kHeldGroups<Form>;
        const Codes w = group<Form, j>(codes);
        for (int n = 0; n < N; ++n) {
          const Pairs pairs = pair_products(w, four(x[n].q + b * kBlock + 4 * j));
          held[n] = kNumber == 0 ? pairs : add_now(held[n], pairs);
        }
        if constexpr (kNumber == kHeldGroups<Form> - 1) {
          for (int n = 0; n < N; ++n) {
            const Sums all = Sums::of(held[n]);
            sums[n] = j % kGroups < kHeldGroups<Form> ? all : sums[n] + all;
          }
        }
        if constexpr (j % kGroups == kGroups - 1) {
          add_granule(sums, scales, part * (8 / kGroups) + j / kGroups, b, j / kGroups);
        }
      });
      return;
    }
    each_part([&](auto j) {
      if constexpr (j % kGroups == 0) {
        for (int n = 0; n < N; ++n) sums[n] = Sums::zero();
      }
      const Codes w = group<Form, j>(codes);
      for (int n = 0; n < N; ++n) {
        const int32_t values = four(x[n].q + b * kBlock + 4 * j);
        sums[n] = kIsSigned<Form> ? dot_signed(sums[n], w, values) : dot(sums[n], w, values);
      }
      if constexpr (j % kGroups == kGroups - 1) {
        add_granule(sums, scales, part * (8 / kGroups) + j / kGroups, b, j / kGroups);
      }
    });
  }

  void add_granule(const Sums* sums, const UnitScales<Form>& scales, int granule, int b, int half) {
    const Floats16 scale = scales.scale(granule);
    for (int n = 0; n < N; ++n) {
      const Floats16 step = scale * Floats16::all(x[n].scale[b]);
      totals[n] = fma(Floats16::of(sums[n]), step, totals[n]);
    }
    if constexpr (UnitScales<Form>::kHasOffset) {
      const Floats16 offset = scales.offset(granule, scale);
      for (int n = 0; n < N; ++n) {
        const float sum = Form::kGranule == 32 ? x[n].sum[b] : x[n].half_sums[2 * b + half];
        totals[n] = fma(offset, Floats16::all(sum), totals[n]);
      }
    }
  }
};

// out[n][r] = row r of the panel . x[n]
template <class Form, int N>
void multiply_interleaved_panel(const uint8_t* unit, int columns, const Tile& tile) {
  constexpr int kParts = Form::kColumns / kBlock;
  PanelTotals<Form, N> panel(tile.x, columns);
  for (int b = 0; b < columns / kBlock; b += kParts, unit += Form::kUnitBytes) {
    const UnitScales<Form> scales(unit + Form::kCodeBytes);
    for (int part = 0; part < kParts; ++part) {
      const uint8_t* codes = unit + part * Form::kBits * 64;
      for (int line = 0; line < Form::kBits; ++line) {
        __builtin_prefetch(codes + kPrefetchBytes + line * 64);
      }
      panel.add_part(codes, scales, part, b + part);
    }
  }
  for (int n = 0; n < N; ++n) panel.totals[n].store(tile.out[n]);
}

template <class Form>
void multiply_interleaved_tile(const uint8_t* panel, int columns, const Tile& tile) {
  switch (tile.tokens) {
    case 1: return multiply_interleaved_panel<Form, 1>(panel, columns, tile);
    case 2: return multiply_interleaved_panel<Form, 2>(panel, columns, tile);
    case 3: return multiply_interleaved_panel<Form, 3>(panel, columns, tile);
    default: return multiply_interleaved_panel<Form, kInterleavedTokens>(panel, columns, tile);
  }
}

using MultiplyPanel = void (*)(const uint8_t*, int, const Tile&);

inline MultiplyPanel multiply_interleaved_for(WeightType type) {
  switch (type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return multiply_interleaved_tile<InterleavingOf<Block##name>>;
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;  // the wrappers let no other type through
  }
}

// out[n][i] = row i . x[n] for whole panels of rows and all tokens.
inline void multiply_interleaved(const Matrix& weight, const uint8_t* row, int64_t rows,
                                 const Tokens& tokens) {
  static_assert(kInterleavedTokens == kTokens);
  const MultiplyPanel run = multiply_interleaved_for(weight.type);
  for (int64_t r = 0; r < rows; r += kPanelRows, row += kPanelRows * weight.row_bytes) {
    for_token_tiles(tokens, [&](Tile tile) {
      for (int n = 0; n < tile.tokens; ++n) tile.out[n] += r;
      run(row, weight.columns, tile);
    });
  }
}
