// SPDX-License-Identifier: Apache-2.0
// Products with many tokens, by panels: the weights of 16 rows are unpacked once into int8 with
// four neighbours of a row side by side, as the VNNI instruction takes them, and meet all tokens.
//
// x is signed and so are the weights, but the instruction wants one side unsigned: it gets x + 128,
// and each sum starts at -128 times the sum of its weights. All of that is exact.
// COST unpacking, some 100 instructions for 16 x 64 weights, against 16 products a token.

constexpr int kPanelColumns = 512;     // with their x, in the first cache
constexpr int kPanelTokens = 8;        // of the register tile
constexpr int kFewestPanelTokens = 9;  // up to 8, blocks unpacked twice cost less

// How many weights share a scale, and whether the type has offsets, each for as many weights.
template <int granule, bool has_offset>
struct Form {
  static constexpr int kGranule = granule;
  static constexpr bool kHasOffset = has_offset;
};
template <class Block>
struct FormOf : Form<32, false> {};
template <>
struct FormOf<BlockQ4_1> : Form<32, true> {};
template <>
struct FormOf<BlockQ5_1> : Form<32, true> {};
template <>
struct FormOf<BlockQ4_K> : Form<32, true> {};
template <>
struct FormOf<BlockQ5_K> : Form<32, true> {};
template <>
struct FormOf<BlockQ2_K> : Form<16, true> {};
template <>
struct FormOf<BlockQ3_K> : Form<16, false> {};
template <>
struct FormOf<BlockQ6_K> : Form<16, false> {};
template <>
struct FormOf<BlockIQ2_XS> : Form<16, false> {};
template <>
struct FormOf<BlockIQ2_S> : Form<16, false> {};
template <>
struct FormOf<BlockIQ1_M> : Form<16, false> {};
template <>
struct FormOf<BlockNVFP4> : Form<16, false> {};

struct Panel {
  int columns;
  alignas(64) int8_t w[kPanelColumns * kPanelRows];  // [column / 4][row][4]
  alignas(64) int32_t start[kPanelColumns / 16][kPanelRows];
  alignas(64) float scale[kPanelColumns / 16][kPanelRows];
  alignas(64) float offset[kPanelColumns / 16][kPanelRows];
};

// A sink of `decode` that keeps one row of a panel.
template <class Form>
struct PanelRow {
  static constexpr int kGranules = kBlock / Form::kGranule;
  int8_t* q;
  float* scale;  // the numbers of one granule after another are kPanelRows apart
  float* offset;

  void add(int j, I8 w, float all) {
    w.store(q + j * kBlock);
    for (int g = 0; g < kGranules; ++g) scale[(j * kGranules + g) * kPanelRows] = all;
  }
  void add(int j, I8 w, float low, float high) {
    static_assert(Form::kGranule == 16);
    w.store(q + j * kBlock);
    scale[j * 2 * kPanelRows] = low;
    scale[(j * 2 + 1) * kPanelRows] = high;
  }
  void add_offset(int j, float all) {
    static_assert(Form::kHasOffset && Form::kGranule == 32);
    offset[j * kPanelRows] = all;
  }
  void add_offset(int j, float low, float high) {
    static_assert(Form::kHasOffset && Form::kGranule == 16);
    offset[j * 2 * kPanelRows] = low;
    offset[(j * 2 + 1) * kPanelRows] = high;
  }
};

// out[j][i] = in[i][j] for 16 x 16 groups of four bytes.
inline void transpose(const int8_t* in, int64_t in_stride, int8_t* out) {
  __m512i a[16], b[16];
  for (int i = 0; i < 16; ++i) a[i] = _mm512_loadu_si512(in + i * in_stride);
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
    a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
    a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
    a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
  }
  // a[4q + j]: of rows 4q to 4q + 3, the groups j, j + 4, j + 8, j + 12, one in each quarter.
  for (int j = 0; j < 4; ++j) {
    const __m512i low01 = _mm512_shuffle_i32x4(a[j], a[j + 4], 0x88);
    const __m512i high01 = _mm512_shuffle_i32x4(a[j], a[j + 4], 0xdd);
    const __m512i low23 = _mm512_shuffle_i32x4(a[j + 8], a[j + 12], 0x88);
    const __m512i high23 = _mm512_shuffle_i32x4(a[j + 8], a[j + 12], 0xdd);
    _mm512_store_si512(out + 64 * j, _mm512_shuffle_i32x4(low01, low23, 0x88));
    _mm512_store_si512(out + 64 * (j + 4), _mm512_shuffle_i32x4(high01, high23, 0x88));
    _mm512_store_si512(out + 64 * (j + 8), _mm512_shuffle_i32x4(low01, low23, 0xdd));
    _mm512_store_si512(out + 64 * (j + 12), _mm512_shuffle_i32x4(high01, high23, 0xdd));
  }
}

#include "fill512.inl"

// Completes a panel for products of bytes.
template <class Form>
void start_sums(Panel& panel) {
  const __m512i eights = _mm512_set1_epi8(-128);  // 128 as an unsigned byte
  for (int g = 0; g < panel.columns / Form::kGranule; ++g) {
    const int8_t* w = panel.w + g * Form::kGranule * kPanelRows;
    __m512i total = _mm512_setzero_si512();
    for (int i = 0; i < Form::kGranule / 4; ++i) {
      total = _mm512_dpbusd_epi32(total, eights, _mm512_load_si512(w + i * 64));
    }
    _mm512_store_si512(panel.start[g], _mm512_sub_epi32(_mm512_setzero_si512(), total));
  }
}

// Fills a panel with some columns from `column` on of sixteen interleaved rows.
template <class Block>
void fill_interleaved(Panel& panel, const uint8_t* row, int column, int columns) {
  using Form = InterleavingOf<Block>;
  constexpr int kParts = Form::kColumns / kBlock, kGranules = kBlock / Form::kGranule;
  panel.columns = columns;
  const uint8_t* unit = row + column / Form::kColumns * Form::kUnitBytes;
  for (int b = 0; b < panel.columns / kBlock; b += kParts, unit += Form::kUnitBytes) {
    const UnitScales<Form> scales(unit + Form::kCodeBytes);
    for (int part = 0; part < kParts; ++part) {
      int8_t* w = panel.w + (b + part) * kBlock * kPanelRows;
      const uint8_t* codes = unit + part * Form::kBits * 64;
      each_part(
          [&](auto j) { (group<Form, j>(codes) - Codes::all(Form::kZero)).store(w + j * 64); });
      for (int h = 0; h < kGranules; ++h) {
        const int granule = part * kGranules + h, g = b * kGranules + granule;
        const Floats16 scale = scales.scale(granule);
        scale.store(panel.scale[g]);
        if constexpr (Form::kHasMins) scales.offset(granule, scale).store(panel.offset[g]);
      }
    }
  }
}

// Fills a panel with some columns from `column` on of `rows` rows; the rows that lack are zero.
template <class Block>
void fill_stored(Panel& panel, const Matrix& weight, const uint8_t* row, int rows, int column,
                 int columns) {
  using Form = FormOf<Block>;
  panel.columns = columns;
  if constexpr (has_fill_block<Block>) {
    if (rows == kPanelRows) {
      const auto* block = reinterpret_cast<const Block*>(row) + column / Block::kWeights;
      for (int i = 0; i < columns; i += Block::kWeights) {
        fill_block(panel, block++, weight.row_bytes, i);
      }
      return;
    }
  }
  alignas(64) int8_t plain[kPanelRows][kPanelColumns];
  for (int r = 0; r < kPanelRows; ++r) {
    if (r >= rows) {
      for (int i = 0; i < columns; ++i) plain[r][i] = 0;
      for (int g = 0; g < columns / Form::kGranule; ++g) panel.scale[g][r] = panel.offset[g][r] = 0;
      continue;
    }
    const auto* blocks = reinterpret_cast<const Block*>(row + r * weight.row_bytes);
    blocks += column / Block::kWeights;
    for (int i = 0; i < columns; i += Block::kWeights) {
      const int g = i / Form::kGranule;
      PanelRow<Form> sink{plain[r] + i, panel.scale[g] + r, panel.offset[g] + r};
      decode(*blocks++, sink);
    }
  }
  // Half of the last 64 columns may lie behind the end: what stands there is never used.
  for (int i = 0; i < columns; i += 64) transpose(plain[0] + i, kPanelColumns, panel.w + i * 16);
}

template <class Block, bool is_interleaved>
void fill(Panel& panel, const Matrix& weight, const uint8_t* row, int rows, int column,
          int columns) {
  if constexpr (is_interleaved) {
    fill_interleaved<Block>(panel, row, column, columns);
  } else {
    fill_stored<Block>(panel, weight, row, rows, column, columns);
  }
}

// The part of some tokens' activations that meets a panel.
struct PanelTokens {
  alignas(64) uint8_t x[kPanelTokens][kPanelColumns];  // plus 128
  const float* scale[kPanelTokens];
  const float* sum[kPanelTokens];  // of granules
  float* out[kPanelTokens];
};

// out[n][r] = or += sum over the panel's columns, for N tokens.
template <class Form, int N>
void multiply_panel(const Panel& panel, const PanelTokens& tokens, int rows, bool adds) {
  __m512 totals[N];
  for (int n = 0; n < N; ++n) totals[n] = _mm512_setzero_ps();
  for (int g = 0; g < panel.columns / Form::kGranule; ++g) {
    const int first = g * Form::kGranule, b = first / kBlock;
    __m512i sums[N];
    const __m512i start = _mm512_load_si512(panel.start[g]);
    for (int n = 0; n < N; ++n) sums[n] = start;
    for (int i = 0; i < Form::kGranule; i += 4) {
      const __m512i w = _mm512_load_si512(panel.w + (first + i) * kPanelRows);
      for (int n = 0; n < N; ++n) {
        int32_t x;
        __builtin_memcpy(&x, tokens.x[n] + first + i, 4);
        sums[n] = _mm512_dpbusd_epi32(sums[n], _mm512_set1_epi32(x), w);
      }
    }
    const __m512 scale = _mm512_load_ps(panel.scale[g]);
    for (int n = 0; n < N; ++n) {
      const __m512 step = _mm512_mul_ps(scale, _mm512_set1_ps(tokens.scale[n][b]));
      totals[n] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[n]), step, totals[n]);
    }
    if constexpr (Form::kHasOffset) {
      const __m512 offset = _mm512_load_ps(panel.offset[g]);
      for (int n = 0; n < N; ++n) {
        totals[n] = _mm512_fmadd_ps(offset, _mm512_set1_ps(tokens.sum[n][g]), totals[n]);
      }
    }
  }
  const __mmask16 mask = static_cast<__mmask16>((1u << rows) - 1);
  for (int n = 0; n < N; ++n) {
    const __m512 before = adds ? _mm512_maskz_loadu_ps(mask, tokens.out[n]) : _mm512_setzero_ps();
    _mm512_mask_storeu_ps(tokens.out[n], mask, _mm512_add_ps(before, totals[n]));
  }
}

template <class Form, int N = kPanelTokens>
void multiply_panel(const Panel& panel, const PanelTokens& tokens, int count, int rows, bool adds) {
  if constexpr (N > 1) {
    if (count < N) return multiply_panel<Form, N - 1>(panel, tokens, count, rows, adds);
  }
  multiply_panel<Form, N>(panel, tokens, rows, adds);
}

// Tokens first..first + count of `all`, columns from `column` on.
template <class Form>
void take(PanelTokens& tokens, const Tokens& all, int first, int count, int width, int column,
          int columns) {
  const __m256i flip = _mm256_set1_epi8(-128);
  for (int n = 0; n < count; ++n) {
    const Q8Row row = q8_row(all.input(first + n), width);
    const int8_t* q = row.q + column;
    for (int i = 0; i < columns; i += kBlock) {
      const I8 x{_mm256_xor_si256(I8::load(q + i).v, flip)};
      x.store(tokens.x[n] + i);
    }
    tokens.scale[n] = row.scale + column / kBlock;
    tokens.sum[n] = Form::kGranule == 32 ? row.sum + column / 32 : row.half_sums + column / 16;
    tokens.out[n] = all.output(first + n);
  }
}

// out[n][r] for 16 rows, or fewer, and all tokens.
template <class Block, bool is_interleaved>
void multiply_one_panel(const Matrix& weight, const uint8_t* row, int rows, const Tokens& all) {
  using Form = FormOf<Block>;
  Panel panel;
  PanelTokens tokens;
  for (int column = 0; column < weight.columns; column += kPanelColumns) {
    const int columns = static_cast<int>(smaller(kPanelColumns, weight.columns - column));
    fill<Block, is_interleaved>(panel, weight, row, rows, column, columns);
    start_sums<Form>(panel);
    for (int first = 0; first < all.count; first += kPanelTokens) {
      const int count = static_cast<int>(smaller(kPanelTokens, all.count - first));
      take<Form>(tokens, all, first, count, weight.columns, column, panel.columns);
      multiply_panel<Form>(panel, tokens, count, rows, column > 0);
    }
  }
}

template <class Block, bool is_interleaved>
void multiply_panels(const Matrix& weight, const uint8_t* row, int rows, Tokens all) {
  for (; rows > 0; rows -= kPanelRows, row += kPanelRows * weight.row_bytes) {
    const int some = static_cast<int>(smaller(kPanelRows, rows));
    multiply_one_panel<Block, is_interleaved>(weight, row, some, all);
    all.out += kPanelRows;
  }
}

using MultiplyRows = void (*)(const Matrix&, const uint8_t*, int, Tokens);

// How to multiply so many tokens by panels; null if that does not pay, or weights are floats.
inline MultiplyRows panels_for(const Matrix& weight, int tokens) {
  if (tokens < kFewestPanelTokens) return nullptr;
  if (weight.layout == Layout::kInterleaved) {
    switch (weight.type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return multiply_panels<Block##name, true>;
      KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
      default: return nullptr;
    }
  }
  switch (weight.type) {
#define KT_CASE(name, number) \
  case WeightType::k##name: return multiply_panels<Block##name, false>;
    KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;
  }
}
