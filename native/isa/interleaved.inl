// SPDX-License-Identifier: Apache-2.0
// Products with interleaved rows (kt/interleaved.h): sixteen rows at a time meet four neighbouring
// activations of each token. No sum ever crosses lanes. Few tokens meet the blocks as they are.
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
inline Codes unpacked_group(const uint8_t* codes) {
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
    if constexpr (!Form::kHasMins) return scale * Floats16::all(-static_cast<float>(Form::kZero));
    if constexpr (Form::kScaling == Scaling::kBytesAndMins) {
      return Floats16::of_bytes(bytes + kBytes) * m;
    }
    if constexpr (Form::kScaling == Scaling::kNibbles) return Floats16::of_high_nibbles(bytes) * m;
    return m;
  }
};

// Whether a zero or minima are left to add, times the sum of the activations.
template <class Form>
inline constexpr bool kHasOffset = Form::kHasMins || (!kIsSigned<Form> && Form::kZero != 0);

// Whether products of pairs are added up in int16 first, and of how many groups, so that no sum can
// leave it. Activations stay within [-127, 127].
template <class Form>
inline constexpr bool kHoldsPairs = kHasPairs && !Form::kIsWide;
template <class Form>
constexpr int held_groups() {
  int groups = Form::kGranule / 4;
  if constexpr (kHoldsPairs<Form>) {
    constexpr bool kHasTable = has_table<typename Form::Block>;
    constexpr int kMost = kHasTable ? 2 * Form::kZero : (1 << Form::kBits) - 1;
    while (groups > 1 && groups * 2 * 127 * kMost > 32767) groups /= 2;
  }
  return groups;
}

// The products of those groups with one token.
template <class Form, bool pairs = kHoldsPairs<Form>>
struct Held {
  Pairs held;
  void begin(Codes w, int32_t x) { held = pair_products(w, x); }
  void add(Codes w, int32_t x) { held = add_now(held, pair_products(w, x)); }
  Sums sums() const { return Sums::of(held); }
};
template <class Form>
struct Held<Form, false> {
  Sums held;
  void begin(Codes w, int32_t x) {
    held = Sums::zero();
    add(w, x);
  }
  void add(Codes w, int32_t x) {
    held = kIsSigned<Form> ? dot_signed(held, w, x) : dot(held, w, x);
  }
  Sums sums() const { return held; }
};

inline int32_t four(const int8_t* q) {
  int32_t value;
  __builtin_memcpy(&value, q, sizeof value);
  return value;
}

// Totals of P panels of 16 rows for N tokens x.
template <class Form, int P, int N>
struct PanelTotals {
  Floats16 totals[P][N];

  // Block b of the tokens meets 32 columns of each panel's weights.
  template <class Weights>
  void add_part(const Q8Row* x, int b, const Weights (&weights)[P]) {
    constexpr int kGroups = Form::kGranule / 4, kHeldGroups = held_groups<Form>();
    Held<Form> held[P][N];
    Sums sums[P][N];
    each_part([&](auto j) {
      Codes w[P];
      for (int p = 0; p < P; ++p) w[p] = weights[p].template group<j>();
      for (int n = 0; n < N; ++n) {
        const int32_t values = four(x[n].q + b * kBlock + 4 * j);
        for (int p = 0; p < P; ++p) {
          j % kHeldGroups == 0 ? held[p][n].begin(w[p], values) : held[p][n].add(w[p], values);
        }
      }
      if constexpr (j % kHeldGroups == kHeldGroups - 1) {
        for (int p = 0; p < P; ++p) {
          for (int n = 0; n < N; ++n) {
            const Sums all = held[p][n].sums();
            sums[p][n] = j % kGroups < kHeldGroups ? all : sums[p][n] + all;
          }
        }
      }
      if constexpr (j % kGroups == kGroups - 1) {
        for (int p = 0; p < P; ++p) add_granule(x, b, sums[p], weights[p], j / kGroups, totals[p]);
      }
    });
  }

  template <class Weights>
  static void add_granule(const Q8Row* x, int b, const Sums* sums, const Weights& weights, int half,
                          Floats16* totals) {
    const Floats16 scale = weights.scale(half);
    for (int n = 0; n < N; ++n) {
      const Floats16 step = scale * Floats16::all(x[n].scale[b]);
      totals[n] = fma(Floats16::of(sums[n]), step, totals[n]);
    }
    if constexpr (kHasOffset<Form>) {
      const Floats16 offset = weights.offset(half, scale);
      for (int n = 0; n < N; ++n) {
        const float sum = Form::kGranule == 32 ? x[n].sum[b] : x[n].half_sums[2 * b + half];
        totals[n] = fma(offset, Floats16::all(sum), totals[n]);
      }
    }
  }
};

// 32 columns of a unit.
template <class Form>
struct UnitPart {
  const uint8_t* codes;
  const UnitScales<Form>& scales;
  int first;  // granule
  template <int j>
  Codes group() const {
    return unpacked_group<Form, j>(codes);
  }
  Floats16 scale(int granule) const { return scales.scale(first + granule); }
  Floats16 offset(int granule, Floats16 scale) const {
    return scales.offset(first + granule, scale);
  }
};

// out[n][r] = row r of the panel . x[n]
template <class Form, int N>
void multiply_interleaved_panel(const uint8_t* unit, int columns, const Tile& tile) {
  constexpr int kParts = Form::kColumns / kBlock, kGranules = kBlock / Form::kGranule;
  Q8Row x[N];
  PanelTotals<Form, 1, N> panel;
  for (int n = 0; n < N; ++n) {
    x[n] = q8_row(tile.x[n], columns);
    panel.totals[0][n] = Floats16::zero();
  }
  for (int b = 0; b < columns / kBlock; b += kParts, unit += Form::kUnitBytes) {
    const UnitScales<Form> scales(unit + Form::kCodeBytes);
    for (int part = 0; part < kParts; ++part) {
      const uint8_t* codes = unit + part * Form::kBits * 64;
      for (int line = 0; line < Form::kBits; ++line) {
        __builtin_prefetch(codes + kPrefetchBytes + line * 64);
      }
      const UnitPart<Form> weights[] = {{codes, scales, part * kGranules}};
      panel.add_part(x, b + part, weights);
    }
  }
  for (int n = 0; n < N; ++n) panel.totals[0][n].store(tile.out[n]);
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
