// SPDX-License-Identifier: Apache-2.0
// Products of tiles of bfloat16, as attention_tiles.inl wants them, by dot products of pairs: for
// CPUs that have these but no tiles.
//
// COST Per pair of columns and kWidth vectors of b, 16 products want 16 / kWidth broadcasts and
// kWidth loads: both fit beside two products a cycle.

struct Tiles {  // registers hold them
  explicit Tiles(const TileShapes&) {}
};

inline __m512bh pairs_at(const uint16_t* p) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(p));
}

// kRows rows of a tile, times kWidth tiles side by side.
template <int kRows, int kWidth>
inline void multiply_rows(TileFactor a, TileFactor b, int depth, bool adds, TileProduct out) {
  const int64_t a_row = a.row_bytes / 2, b_row = b.row_bytes / 2;
  const auto place = [&](int m, int n) { return out.data + 16 * m + n * out.right; };
  __m512 sums[kRows][kWidth];
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kWidth; ++n) {
      sums[m][n] = adds ? _mm512_loadu_ps(place(m, n)) : _mm512_setzero_ps();
    }
  }
  for (int k = 0; k < depth; ++k, a.data += a.deeper, b.data += b.deeper) {
    for (int pair = 0; pair < 16; ++pair) {
      __m512bh columns[kWidth];
      for (int n = 0; n < kWidth; ++n) columns[n] = pairs_at(b.data + n * b.next + pair * b_row);
      for (int m = 0; m < kRows; ++m) {
        int value;
        __builtin_memcpy(&value, a.data + m * a_row + 2 * pair, sizeof value);
        const __m512bh both = reinterpret_cast<__m512bh>(_mm512_set1_epi32(value));
        for (int n = 0; n < kWidth; ++n) {
          sums[m][n] = _mm512_dpbf16_ps(sums[m][n], both, columns[n]);
        }
      }
    }
  }
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kWidth; ++n) _mm512_storeu_ps(place(m, n), sums[m][n]);
  }
}

// As in tile_steps.inl. What the first cache keeps is left to it.
template <int kHeight, int kWidth, bool kLeftIsNear>
inline void multiply_tiles(Tiles&, TileFactor a, TileFactor b, int depth, bool adds,
                           TileProduct out) {
  constexpr int kRows = 16 / kWidth;  // 16 sums at a time: enough to hide how long each takes
  for (int row = 0; row < 16 * kHeight; row += kRows) {
    TileFactor some = a;
    some.data += row / 16 * a.next + row % 16 * (a.row_bytes / 2);
    TileProduct at = out;
    at.data += row / 16 * out.below + row % 16 * 16;
    multiply_rows<kRows, kWidth>(some, b, depth, adds, at);
  }
}
