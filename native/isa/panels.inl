// SPDX-License-Identifier: Apache-2.0
// Products with many tokens, by panels: the weights of 16 rows are unpacked once into what `dot`
// takes, four neighbours of a row side by side, and meet all tokens, in the order of few tokens:
// the results are the same, bit for bit. With 512-bit registers two panels share what is loaded of
// the tokens: there as many loads as products would bound it.
// COST unpacking, once for all tokens; then an instruction or two for 16 x 4 weights and a token.

constexpr int kPanels = V::lanes == 16 ? 2 : 1;  // that meet the same activations at once
constexpr int kPanelColumns = 512 / kPanels;     // with their x, in the first cache
constexpr int kPanelTokens = 4;                  // whose sums stay in registers
constexpr int kFewestPanelTokens = 9;            // up to 8, blocks unpacked twice cost less

struct Panel {
  int columns;
  alignas(64) int8_t w[kPanelColumns * kPanelRows];  // [column / 4][row][4]
  alignas(64) float scale[kPanelColumns / 16][kPanelRows];
  alignas(64) float offset[kPanelColumns / 16][kPanelRows];
};

// Fills a panel with some columns from `column` on of sixteen interleaved rows.
template <class Form>
void fill_interleaved(Panel& panel, const uint8_t* row, int column, int columns) {
  constexpr int kParts = Form::kColumns / kBlock, kGranules = kBlock / Form::kGranule;
  panel.columns = columns;
  const uint8_t* unit = row + column / Form::kColumns * Form::kUnitBytes;
  for (int b = 0; b < panel.columns / kBlock; b += kParts, unit += Form::kUnitBytes) {
    const UnitScales<Form> scales(unit + Form::kCodeBytes);
    for (int part = 0; part < kParts; ++part) {
      int8_t* w = panel.w + (b + part) * kBlock * kPanelRows;
      const uint8_t* codes = unit + part * Form::kBits * 64;
      for (int line = 0; line < Form::kBits; ++line) {
        __builtin_prefetch(codes + kPrefetchBytes + line * 64);
      }
      each_part([&](auto j) { unpacked_group<Form, j>(codes).store(w + j * 64); });
      for (int h = 0; h < kGranules; ++h) {
        const int granule = part * kGranules + h, g = b * kGranules + granule;
        const Floats16 scale = scales.scale(granule);
        scale.store(panel.scale[g]);
        if constexpr (kHasOffset<Form>) scales.offset(granule, scale).store(panel.offset[g]);
      }
    }
  }
}

// Some tokens, and the part of their activations that meets a panel.
struct PanelTokens {
  Q8Row x[kPanelTokens];
  float* out[kPanelTokens];

  // Takes tokens first..first + count of `all`, columns from `column` on.
  void take(const Tokens& all, int first, int count, int width, int column) {
    for (int n = 0; n < count; ++n) {
      const Q8Row row = q8_row(all.input(first + n), width);
      const int b = column / kBlock;
      x[n] = {row.q + column, row.scale + b, row.sum + b, row.half_sums + 2 * b};
      out[n] = all.output(first + n);
    }
  }
};

// 32 columns of a panel.
template <class Form>
struct PanelPart {
  const Panel* panel;
  int b;
  template <int j>
  Codes group() const {
    return Codes::load(panel->w + (b * kBlock + 4 * j) * kPanelRows);
  }
  Floats16 scale(int half) const { return Floats16::load(panel->scale[granule(half)]); }
  Floats16 offset(int half, Floats16) const { return Floats16::load(panel->offset[granule(half)]); }
  int granule(int half) const { return b * (kBlock / Form::kGranule) + half; }
};

// out[n][r] = or += sum over the columns of P panels, for N tokens and as many rows.
template <class Form, int P, int N>
void multiply_panels(const Panel* panels, const PanelTokens& tokens, int rows, bool adds) {
  PanelTotals<Form, P, N> sums;
  const int last = rows - (P - 1) * kPanelRows;  // of the last panel, which may have fewer
  alignas(64) float some[kPanelRows] = {};
  const auto copy = [=](const float* from, float* to) {
    for (int r = 0; r < last; ++r) to[r] = from[r];
  };
  const auto is_whole = [=](int p) { return p < P - 1 || last == kPanelRows; };
  for (int p = 0; p < P; ++p) {
    for (int n = 0; n < N; ++n) {
      const float* out = tokens.out[n] + p * kPanelRows;
      if (adds && !is_whole(p)) copy(out, some);
      sums.totals[p][n] = adds ? Floats16::load(is_whole(p) ? out : some) : Floats16::zero();
    }
  }
  for (int b = 0; b < panels->columns / kBlock; ++b) {
    PanelPart<Form> weights[P];
    for (int p = 0; p < P; ++p) weights[p] = {panels + p, b};
    sums.add_part(tokens.x, b, weights);
  }
  for (int p = 0; p < P; ++p) {
    for (int n = 0; n < N; ++n) {
      float* out = tokens.out[n] + p * kPanelRows;
      sums.totals[p][n].store(is_whole(p) ? out : some);
      if (!is_whole(p)) copy(some, out);
    }
  }
}

template <class Form, int P, int N = kPanelTokens>
void multiply_panels(const Panel* panels, const PanelTokens& tokens, int count, int rows,
                     bool adds) {
  if constexpr (N > 1) {
    if (count < N) return multiply_panels<Form, P, N - 1>(panels, tokens, count, rows, adds);
  }
  multiply_panels<Form, P, N>(panels, tokens, rows, adds);
}

// out[n][r] for up to kPanels panels of rows and all tokens; fill(panel, number, column, columns)
// unpacks some columns of one.
template <class Form, class Fill>
void multiply_some_panels(int rows, int width, const Tokens& all, const Fill& fill) {
  Panel panels[kPanels];
  PanelTokens tokens;
  const int count = (rows + kPanelRows - 1) / kPanelRows;
  for (int column = 0; column < width; column += kPanelColumns) {
    for (int p = 0; p < count; ++p) {
      fill(panels[p], p, column, static_cast<int>(smaller(kPanelColumns, width - column)));
    }
    for (int first = 0; first < all.count; first += kPanelTokens) {
      const int some = static_cast<int>(smaller(kPanelTokens, all.count - first));
      tokens.take(all, first, some, width, column);
      if (count == kPanels) {
        multiply_panels<Form, kPanels>(panels, tokens, some, rows, column > 0);
      } else {
        multiply_panels<Form, 1>(panels, tokens, some, rows, column > 0);
      }
    }
  }
}

template <class Form>
void multiply_interleaved_panels(const Matrix& weight, const uint8_t* row, int64_t rows,
                                 Tokens all) {
  const int64_t panel_bytes = kPanelRows * weight.row_bytes;
  for (; rows > 0; rows -= kPanels * kPanelRows, row += kPanels * panel_bytes) {
    const int some = static_cast<int>(smaller(kPanels * kPanelRows, rows));
    multiply_some_panels<Form>(some, weight.columns, all,
                               [&](Panel& panel, int number, int column, int columns) {
                                 const uint8_t* first = row + number * panel_bytes;
                                 fill_interleaved<Form>(panel, first, column, columns);
                               });
    all.out += kPanels * kPanelRows;
  }
}

// out[n][i] = row i . x[n] for whole panels of rows and many tokens.
inline void multiply_in_panels(const Matrix& weight, const uint8_t* row, int64_t rows,
                               const Tokens& all) {
  switch (weight.type) {
#define KT_CASE(name, ...)  \
  case WeightType::k##name: \
    return multiply_interleaved_panels<InterleavingOf<Block##name>>(weight, row, rows, all);
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return;  // the wrappers let no other type through
  }
}
