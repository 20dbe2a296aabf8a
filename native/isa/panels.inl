// SPDX-License-Identifier: Apache-2.0
// Products with many tokens, by panels: the weights of 16 rows are unpacked once into int8 with
// four neighbours of a row side by side, as the VNNI instruction takes them, and meet all tokens.
//
// x is signed and so are the weights, but the instruction wants one side unsigned: it gets x + 128,
// and each sum starts at -128 times the sum of its weights. All of that is exact.
// COST unpacking, some 100 instructions for 16 x 64 weights, against 16 products a token.

constexpr int kPanelRows = 16;
constexpr int kPanelColumns = 512;  // with their x, in the first cache
constexpr int kPanelTokens = 8;     // of the register tile
constexpr int kFewestPanelTokens = 5;

struct Panel {
  int columns;
  alignas(64) int8_t w[kPanelColumns * kPanelRows];  // [column / 4][row][4]
  alignas(64) int32_t start[kPanelColumns / 16][kPanelRows];
  alignas(64) float scale[kPanelColumns / 16][kPanelRows];
  alignas(64) float offset[kPanelColumns / 32][kPanelRows];
};

// A sink, as `block` of a type wants it, that keeps one row of a panel.
template <class Dot>
struct PanelRow {
  int8_t* q;
  float* scale;  // the numbers of one granule after another are kPanelRows apart
  float* offset;

  void add(const Q8Row*, int b, I8 w, float all) {
    w.store(q + b * kBlock);
    constexpr int kGranules = kBlock / Dot::kGranule;
    for (int g = 0; g < kGranules; ++g) scale[(b * kGranules + g) * kPanelRows] = all;
  }
  void add(const Q8Row*, int b, I8 w, float low, float high) {
    static_assert(Dot::kGranule <= 16);
    w.store(q + b * kBlock);
    scale[(b * 2) * kPanelRows] = low;
    scale[(b * 2 + 1) * kPanelRows] = high;
  }
  void add_offset(const Q8Row*, int b, float value) { offset[b * kPanelRows] = value; }
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

// Fills a panel with the columns from `column` on of `rows` rows; the rows that lack are zero.
template <class Dot>
void fill(Panel& panel, const Matrix& weight, const uint8_t* row, int rows, int column) {
  alignas(64) int8_t plain[kPanelRows][kPanelColumns];
  const int columns = static_cast<int>(smaller(kPanelColumns, weight.columns - column));
  panel.columns = columns;
  for (int r = 0; r < kPanelRows; ++r) {
    if (r >= rows) {
      for (int i = 0; i < columns; ++i) plain[r][i] = 0;
      for (int g = 0; g < columns / Dot::kGranule; ++g) panel.scale[g][r] = 0;
      for (int g = 0; g < columns / kBlock; ++g) panel.offset[g][r] = 0;
      continue;
    }
    constexpr int kColumns = Dot::kParts * kBlock;
    const auto* block = reinterpret_cast<const typename Dot::Block*>(row + r * weight.row_bytes);
    block += column / kColumns;
    PanelRow<Dot> sink{plain[r], panel.scale[0] + r, panel.offset[0] + r};
    for (int i = 0; i < columns; i += kColumns) {
      Dot::block(*block++, nullptr, i / kBlock, sink);
    }
  }
  // Half of the last 64 columns may lie behind the end: what stands there is never used.
  for (int i = 0; i < columns; i += 64) transpose(plain[0] + i, kPanelColumns, panel.w + i * 16);
  const __m512i eights = _mm512_set1_epi8(-128);  // 128 as an unsigned byte
  for (int g = 0; g < columns / Dot::kGranule; ++g) {
    const int8_t* w = panel.w + g * Dot::kGranule * kPanelRows;
    __m512i total = _mm512_setzero_si512();
    for (int i = 0; i < Dot::kGranule / 4; ++i) {
      total = _mm512_dpbusd_epi32(total, eights, _mm512_load_si512(w + i * 64));
    }
    _mm512_store_si512(panel.start[g], _mm512_sub_epi32(_mm512_setzero_si512(), total));
  }
}

// The part of some tokens' activations that meets a panel.
struct PanelTokens {
  alignas(64) uint8_t x[kPanelTokens][kPanelColumns];  // plus 128
  const float* scale[kPanelTokens];
  const float* sum[kPanelTokens];
  float* out[kPanelTokens];
};

// out[n][r] = or += sum over the panel's columns, for N tokens.
template <class Dot, int N>
void multiply_panel(const Panel& panel, const PanelTokens& tokens, int rows, bool adds) {
  __m512 totals[N];
  for (int n = 0; n < N; ++n) totals[n] = _mm512_setzero_ps();
  for (int g = 0; g < panel.columns / Dot::kGranule; ++g) {
    const int first = g * Dot::kGranule, b = first / kBlock;
    __m512i sums[N];
    const __m512i start = _mm512_load_si512(panel.start[g]);
    for (int n = 0; n < N; ++n) sums[n] = start;
    for (int i = 0; i < Dot::kGranule; i += 4) {
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
    if constexpr (Dot::kHasOffset) {
      const __m512 offset = _mm512_load_ps(panel.offset[b]);
      for (int n = 0; n < N; ++n) {
        totals[n] = _mm512_fmadd_ps(offset, _mm512_set1_ps(tokens.sum[n][b]), totals[n]);
      }
    }
  }
  const __mmask16 mask = static_cast<__mmask16>((1u << rows) - 1);
  for (int n = 0; n < N; ++n) {
    const __m512 before = adds ? _mm512_maskz_loadu_ps(mask, tokens.out[n]) : _mm512_setzero_ps();
    _mm512_mask_storeu_ps(tokens.out[n], mask, _mm512_add_ps(before, totals[n]));
  }
}

template <class Dot, int N = kPanelTokens>
void multiply_panel(const Panel& panel, const PanelTokens& tokens, int count, int rows, bool adds) {
  if constexpr (N > 1) {
    if (count < N) return multiply_panel<Dot, N - 1>(panel, tokens, count, rows, adds);
  }
  multiply_panel<Dot, N>(panel, tokens, rows, adds);
}

// Tokens first..first + count of `all`, columns from `column` on.
inline void take(PanelTokens& tokens, const Tokens& all, int first, int count, int width,
                 int column, int columns) {
  const __m512i flip = _mm512_set1_epi8(-128);
  for (int n = 0; n < count; ++n) {
    const Q8Row row = q8_row(all.input(first + n), width);
    for (int i = 0; i < columns; i += 32) {
      const __m256i x = I8::load(row.q + column + i).v;
      _mm256_store_si256(reinterpret_cast<__m256i*>(tokens.x[n] + i),
                         _mm256_xor_si256(x, _mm512_castsi512_si256(flip)));
    }
    tokens.scale[n] = row.scale + column / kBlock;
    tokens.sum[n] = row.sum + column / kBlock;
  }
}

// out[n][r] for 16 rows, or fewer, and all tokens.
template <class Dot>
void multiply_rows(const Matrix& weight, const uint8_t* row, int rows, const Tokens& all) {
  Panel panel;
  PanelTokens tokens;
  for (int column = 0; column < weight.columns; column += kPanelColumns) {
    fill<Dot>(panel, weight, row, rows, column);
    for (int first = 0; first < all.count; first += kPanelTokens) {
      const int count = static_cast<int>(smaller(kPanelTokens, all.count - first));
      take(tokens, all, first, count, weight.columns, column, panel.columns);
      for (int n = 0; n < count; ++n) tokens.out[n] = all.output(first + n);
      multiply_panel<Dot>(panel, tokens, count, rows, column > 0);
    }
  }
}

using MultiplyRows = void (*)(const Matrix&, const uint8_t*, int, const Tokens&);

// How to multiply so many tokens by panels; null if that does not pay, or is not there for a type.
inline MultiplyRows panels_for(WeightType type, int tokens) {
  if (tokens < kFewestPanelTokens) return nullptr;
  switch (type) {
    case WeightType::kQ4_0: return multiply_rows<DotQ4_0>;
    case WeightType::kQ4_1: return multiply_rows<DotQ4_1>;
    case WeightType::kQ8_0: return multiply_rows<DotQ8_0>;
    case WeightType::kQ4_K: return multiply_rows<DotQ4_K>;
    case WeightType::kQ6_K: return multiply_rows<DotQ6_K>;
    default: return nullptr;
  }
}
