// SPDX-License-Identifier: Apache-2.0
// Products of activations in bfloat16, on tiles: weights of 32 rows, some columns at a time, are
// unpacked once into bfloat16 with two neighbours of a row side by side, as the instruction takes
// them, and meet all tokens.
//
// LIMITS columns: a multiple of 32. ERROR of bfloat16, 2^-9 of each weight and activation at most;
// sums are float32.
// COST unpacking, some 240 instructions for 16 x 32 weights, against 16 cycles for 16 tokens.

constexpr int kSide = 16;          // tokens, and rows of weights, of a tile of sums
constexpr int kDepth = 32;         // columns of a tile of activations or weights
constexpr int kBatch = 512;        // tokens whose sums are kept
constexpr int kTileColumns = 256;  // and columns, with the tokens' in the first cache
constexpr int kTileRows = 32;      // rows of weights that are unpacked together
constexpr int kSteps = kTileColumns / kDepth;

// Weights of 16 rows and 32 columns, [column / 2][row][2].
struct WeightTile {
  alignas(64) uint16_t w[kDepth / 2][kSide][2];
};
struct WeightTiles {
  WeightTile at[kSteps][kTileRows / kSide];
};

// Each even[i] and odd[i] side by side, rounded to nearest, ties away from zero.
inline __m512i bf16_pairs(__m512 even, __m512 odd) {
  const auto rounded = [](__m512 x) {
    return _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000));
  };
  const __m512i upper = _mm512_set4_epi32(0x0f0e0f0e, 0x0b0a0b0a, 0x07060706, 0x03020302);
  return _mm512_mask_shuffle_epi8(rounded(odd), 0x3333333333333333, rounded(even), upper);
}

// NaN of one kind only, which no rounding makes a number.
inline __m512 plain_nans(__m512 x) {
  const __mmask16 nans = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
  return _mm512_mask_mov_ps(x, nans, _mm512_set1_ps(__builtin_nanf("")));
}

// Byte i of each lane as a float, plus kCodeBias: the byte becomes the upper bits of a mantissa.
constexpr float kCodeBias = 384;
template <int i>
inline __m512 biased_codes(__m512i codes) {
  constexpr int kShift = 15 - 8 * i;
  const __m512i moved = kShift > 0 ? _mm512_slli_epi32(codes, kShift > 0 ? kShift : 0)
                                   : _mm512_srli_epi32(codes, kShift < 0 ? -kShift : 0);
  // (moved & mask) ^ 384: a step of the byte is 1 there, and its sign turns 384 into 256 + ...
  constexpr int kAndXor = (0xf0 & 0xcc) ^ 0xaa;
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(moved, _mm512_set1_epi32(0x7f8000),
                                                       _mm512_set1_epi32(0x43c00000), kAndXor));
}

template <class Form>
inline void unpack_panel(const Panel& panel, WeightTiles& tiles, int side) {
  for (int g = 0; g < panel.columns / Form::kGranule; ++g) {
    const __m512 scale = plain_nans(_mm512_load_ps(panel.scale[g]));
    const __m512 before = Form::kHasOffset ? _mm512_load_ps(panel.offset[g]) : _mm512_setzero_ps();
    const __m512 offset = plain_nans(_mm512_fnmadd_ps(_mm512_set1_ps(kCodeBias), scale, before));
    const auto value = [&](__m512 code) { return _mm512_fmadd_ps(code, scale, offset); };
    const int column = g * Form::kGranule;
    auto* out = tiles.at[column / kDepth][side].w + column % kDepth / 2;
    for (int i = 0; i < Form::kGranule; i += 4, out += 2) {
      const __m512i codes = _mm512_load_si512(panel.w + (column + i) * kPanelRows);
      const __m512 a = value(biased_codes<0>(codes)), b = value(biased_codes<1>(codes));
      const __m512 c = value(biased_codes<2>(codes)), d = value(biased_codes<3>(codes));
      _mm512_store_si512(out, bf16_pairs(a, b));
      _mm512_store_si512(out + 1, bf16_pairs(c, d));
    }
  }
}

// Unpacks some columns from `column` on of 16 rows, or fewer; what lacks is zero.
template <class Block, bool is_interleaved>
void unpack_tiles(const Matrix& weight, const uint8_t* row, int rows, int column, int columns,
                  WeightTiles& tiles, int side) {
  Panel panel;
  fill<Block, is_interleaved>(panel, weight, row, rows, column, columns);
  unpack_panel<FormOf<Block>>(panel, tiles, side);
}

inline void interleave_tiles(const Matrix& weight, const uint8_t* row, int rows, int column,
                             int columns, WeightTiles& tiles, int side) {
  alignas(64) int8_t plain[kSide][64];
  for (int step = 0; step < columns / kDepth; ++step) {
    const uint8_t* first = row + (column + step * kDepth) * sizeof(Bf16);
    for (int r = 0; r < kSide; ++r) {
      const __m512i values =
          r < rows ? _mm512_loadu_si512(first + r * weight.row_bytes) : _mm512_setzero_si512();
      _mm512_store_si512(plain[r], values);
    }
    transpose(plain[0], sizeof plain[0], reinterpret_cast<int8_t*>(tiles.at[step][side].w));
  }
}

using UnpackTiles = void (*)(const Matrix&, const uint8_t*, int, int, int, WeightTiles&, int);

inline UnpackTiles unpack_tiles_for(const Matrix& weight) {
  if (weight.layout == Layout::kInterleaved) {
    switch (weight.type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return unpack_tiles<Block##name, true>;
      KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
      default: return nullptr;  // the wrappers let no other type through
    }
  }
  switch (weight.type) {
    case WeightType::kBF16: return interleave_tiles;
#define KT_CASE(name, number) \
  case WeightType::k##name: return unpack_tiles<Block##name, false>;
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;  // the same
  }
}

// Some columns of each token. They are copied together once for all rows of a product: one after
// the other they need fewer pages, and tokens of an expert may stand anywhere.
using TileRow = uint16_t[kTileColumns];

inline void copy_tokens(const Tokens& all, int first, int count, int column, int columns,
                        TileRow* x) {
  for (int n = 0; n < count; ++n) {
    const uint8_t* in = all.input(first + n) + column * static_cast<int64_t>(sizeof(Bf16));
    for (int i = 0; i < columns; i += kDepth) {
      _mm512_store_si512(x[n] + i, _mm512_loadu_si512(in + i * sizeof(Bf16)));
    }
  }
}

using RowSums = float[kTileRows];  // of one token

// sums[n] = or += of the columns that are unpacked. Tiles: 0 to 3 sums, 4 and 5 activations of 16
// tokens each, 6 and 7 weights of 16 rows each.
template <bool kManyTokens, bool kManyRows>
void multiply_tiles(Tiles& tiles, const WeightTiles& weights, const TileRow* x, int steps,
                    RowSums* sums, bool adds) {
  constexpr int64_t kSumBytes = sizeof(RowSums), kRowBytes = sizeof(TileRow), kWeightBytes = 64;
  if (adds) {
    tiles.load<0>(sums[0], kSumBytes);
    if constexpr (kManyRows) tiles.load<1>(sums[0] + kSide, kSumBytes);
    if constexpr (kManyTokens) tiles.load<2>(sums[kSide], kSumBytes);
    if constexpr (kManyTokens && kManyRows) tiles.load<3>(sums[kSide] + kSide, kSumBytes);
  } else {
    tiles.zero<0>();
    if constexpr (kManyRows) tiles.zero<1>();
    if constexpr (kManyTokens) tiles.zero<2>();
    if constexpr (kManyTokens && kManyRows) tiles.zero<3>();
  }
  for (int step = 0; step < steps; ++step) {
    tiles.load<4>(x[0] + step * kDepth, kRowBytes);
    tiles.load<6>(weights.at[step][0].w, kWeightBytes);
    tiles.multiply_bf16<0, 4, 6>();
    if constexpr (kManyRows) {
      tiles.load<7>(weights.at[step][1].w, kWeightBytes);
      tiles.multiply_bf16<1, 4, 7>();
    }
    if constexpr (kManyTokens) {
      tiles.load<5>(x[kSide] + step * kDepth, kRowBytes);
      tiles.multiply_bf16<2, 5, 6>();
      if constexpr (kManyRows) tiles.multiply_bf16<3, 5, 7>();
    }
  }
  tiles.store<0>(sums[0], kSumBytes);
  if constexpr (kManyRows) tiles.store<1>(sums[0] + kSide, kSumBytes);
  if constexpr (kManyTokens) tiles.store<2>(sums[kSide], kSumBytes);
  if constexpr (kManyTokens && kManyRows) tiles.store<3>(sums[kSide] + kSide, kSumBytes);
}

inline TileShapes shapes_for(int tokens) {
  TileShapes shapes;
  for (int side = 0; side < 2; ++side) {
    const int count = static_cast<int>(smaller(kSide, tokens - side * kSide));
    if (count <= 0) break;
    shapes.set(2 * side, count, 64);
    shapes.set(2 * side + 1, count, 64);
    shapes.set(4 + side, count, 64);
  }
  shapes.set(6, kSide, 64);
  shapes.set(7, kSide, 64);
  return shapes;
}

// Some columns of up to 32 tokens.
inline void multiply_tiles(Tiles& tiles, const WeightTiles& weights, const TileRow* x, int count,
                           int steps, int rows, RowSums* sums, bool adds) {
  if (count > kSide) {
    if (rows > kSide) return multiply_tiles<true, true>(tiles, weights, x, steps, sums, adds);
    return multiply_tiles<true, false>(tiles, weights, x, steps, sums, adds);
  }
  if (rows > kSide) return multiply_tiles<false, true>(tiles, weights, x, steps, sums, adds);
  multiply_tiles<false, false>(tiles, weights, x, steps, sums, adds);
}

// Asks for the weights that are unpacked next: they lie in short pieces, one a row, of which no
// prefetcher makes sense.
inline void prefetch(const Matrix& weight, const uint8_t* row, int64_t rows, int64_t column) {
  const int64_t together = weight.layout == Layout::kInterleaved ? kPanelRows : 1;
  const int64_t columns = smaller(kTileColumns, weight.columns - column);
  const int64_t begin = together * weight.row_bytes * column / weight.columns;
  const int64_t bytes = together * weight.row_bytes * columns / weight.columns;
  for (int64_t r = 0; r < rows; r += together) {
    const uint8_t* piece = row + r * weight.row_bytes + begin;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(piece + i, 0, 2);
  }
}

// The sums of a batch of tokens and of all rows of a product.
struct TileSums {
  alignas(64) RowSums at[kRows / kTileRows][kBatch];

  void copy(int n, int rows, float* out) const {
    for (int r = 0; r < rows; r += kSide) {
      const __m512 some = _mm512_load_ps(at[r / kTileRows][n] + r % kTileRows);
      const auto mask = static_cast<__mmask16>(0xffff >> (kSide - smaller(kSide, rows - r)));
      _mm512_mask_storeu_ps(out + r, mask, some);
    }
  }
};

// out[n][r] for up to kRows rows and `count` tokens from `first` on, up to a batch.
inline void multiply_batch(const Matrix& weight, const uint8_t* row, int rows, const Tokens& all,
                           int first, int count) {
  const UnpackTiles unpack = unpack_tiles_for(weight);
  WeightTiles weights;
  TileSums sums;
  alignas(64) TileRow x[kBatch];
  Tiles tiles(shapes_for(2 * kSide));
  int shaped_for = 2 * kSide;
  for (int column = 0; column < weight.columns; column += kTileColumns) {
    const int columns = static_cast<int>(smaller(kTileColumns, weight.columns - column));
    copy_tokens(all, first, count, column, columns, x);
    for (int r = 0; r < rows; r += kTileRows) {
      const uint8_t* at = row + r * weight.row_bytes;
      const int some = static_cast<int>(smaller(kTileRows, rows - r));
      for (int i = 0; i < some; i += kSide) {
        unpack(weight, at + i * weight.row_bytes, static_cast<int>(smaller(kSide, some - i)),
               column, columns, weights, i / kSide);
      }
      if (const int64_t next = r + kTileRows; next < rows) {
        prefetch(weight, row + next * weight.row_bytes, smaller(kTileRows, rows - next), column);
      } else if (column + kTileColumns < weight.columns) {
        prefetch(weight, row, smaller(kTileRows, rows), column + kTileColumns);
      }
      for (int n = 0; n < count; n += 2 * kSide) {
        const int few = static_cast<int>(smaller(2 * kSide, count - n));
        if (few != shaped_for) tiles.configure(shapes_for(shaped_for = few));
        multiply_tiles(tiles, weights, x + n, few, columns / kDepth, some,
                       sums.at[r / kTileRows] + n, column > 0);
      }
    }
  }
  for (int n = 0; n < count; ++n) sums.copy(n, rows, all.output(first + n));
}

inline void multiply_on_tiles(const Matrix& weight, const uint8_t* row, int rows,
                              const Tokens& all) {
  for (int first = 0; first < all.count; first += kBatch) {
    const int count = static_cast<int>(smaller(kBatch, all.count - first));
    multiply_batch(weight, row, rows, all, first, count);
  }
}
