// SPDX-License-Identifier: Apache-2.0
// Panels of rows as they are stored (panels.inl says what panels are), in 512-bit registers. They
// hold signed weights, until `make_unsigned`.
// COST unpacking, some 100 instructions for 16 x 64 weights, against 16 products a token.

// How many weights share a scale, and whether the type has minima, each for as many weights.
template <int granule, bool has_mins>
struct StoredForm {
  static constexpr int kGranule = granule, kZero = 128;
  static constexpr bool kHasMins = has_mins, kIsWide = true;
};
template <class Block>
struct FormOf : StoredForm<32, false> {};
template <>
struct FormOf<BlockQ4_1> : StoredForm<32, true> {};
template <>
struct FormOf<BlockQ5_1> : StoredForm<32, true> {};
template <>
struct FormOf<BlockQ4_K> : StoredForm<32, true> {};
template <>
struct FormOf<BlockQ5_K> : StoredForm<32, true> {};
template <>
struct FormOf<BlockQ2_K> : StoredForm<16, true> {};
template <>
struct FormOf<BlockQ3_K> : StoredForm<16, false> {};
template <>
struct FormOf<BlockQ6_K> : StoredForm<16, false> {};
template <>
struct FormOf<BlockIQ2_XS> : StoredForm<16, false> {};
template <>
struct FormOf<BlockIQ2_S> : StoredForm<16, false> {};
template <>
struct FormOf<BlockIQ1_M> : StoredForm<16, false> {};
template <>
struct FormOf<BlockNVFP4> : StoredForm<16, false> {};

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
    static_assert(Form::kHasMins && Form::kGranule == 32);
    offset[j * kPanelRows] = all;
  }
  void add_offset(int j, float low, float high) {
    static_assert(Form::kHasMins && Form::kGranule == 16);
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

// Makes them what `dot` takes: 128 more each, which the offsets take back.
template <class Form>
void make_unsigned(Panel& panel) {
  for (int i = 0; i < panel.columns * kPanelRows; i += 64) {
    (Codes::load(panel.w + i) + Codes::all(128)).store(panel.w + i);
  }
  for (int g = 0; g < panel.columns / Form::kGranule; ++g) {
    const Floats16 before = Form::kHasMins ? Floats16::load(panel.offset[g]) : Floats16::zero();
    const Floats16 zero = Floats16::all(-static_cast<float>(Form::kZero));
    fma(Floats16::load(panel.scale[g]), zero, before).store(panel.offset[g]);
  }
}

template <class Block>
void multiply_stored_panels(const Matrix& weight, const uint8_t* row, int rows, Tokens all) {
  using Form = FormOf<Block>;
  constexpr int kMost = kPanels * kPanelRows;
  for (; rows > 0; rows -= kMost, row += kMost * weight.row_bytes) {
    const int some = static_cast<int>(smaller(kMost, rows));
    const auto fill = [&](Panel& panel, int number, int column, int columns) {
      const int first = number * kPanelRows;
      const int own = static_cast<int>(smaller(kPanelRows, some - first));
      fill_stored<Block>(panel, weight, row + first * weight.row_bytes, own, column, columns);
      make_unsigned<Form>(panel);
    };
    multiply_some_panels<Form>(some, weight.columns, all, fill);
    all.out += kMost;
  }
}

using MultiplyRows = void (*)(const Matrix&, const uint8_t*, int, Tokens);

// Null for floats.
inline MultiplyRows stored_panels_for(WeightType type) {
  switch (type) {
#define KT_CASE(name, number) \
  case WeightType::k##name: return multiply_stored_panels<Block##name>;
    KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;
  }
}
