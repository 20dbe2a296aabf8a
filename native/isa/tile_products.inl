// SPDX-License-Identifier: Apache-2.0
// Products of activations in bfloat16, on tiles: weights of 32 rows, some columns at a time, are
// unpacked once into bfloat16 with two neighbours of a row side by side, as the instruction takes
// them, and meet all tokens. While a block of weights meets them the next one is unpacked, piece by
// piece between the instructions: tiles and vectors are units of their own.
//
// LIMITS columns: a multiple of 32. ERROR of bfloat16, 2^-9 of each weight and activation at most;
// sums are float32.
// COST unpacking, some 150 instructions for 16 x 32 weights, beside 16 cycles for 16 tokens.

constexpr int kSide = 16;          // tokens, and rows of weights, of a tile of sums
constexpr int kDepth = 32;         // columns of a tile of activations or weights
constexpr int kBatch = 256;        // tokens whose sums are kept
constexpr int kCopiedRows = 1024;  // pieces of tokens, of kTileColumns, that are kept
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
    const __m512 before = Form::kHasMins ? _mm512_load_ps(panel.offset[g]) : _mm512_setzero_ps();
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

// Codes of interleaved rows as they are become the upper bits of mantissas: bias + code. Up to 127
// they fit into the one byte that begins there, which a single instruction puts in its place.
template <class Form>
constexpr float kUnsignedBias = Form::kIsWide ? 256 : 128;
template <class Form, int i>
inline __m512 biased_unsigned(__m512i codes) {
  if constexpr (Form::kIsWide) {
    constexpr int kShift = 15 - 8 * i;
    const __m512i moved = kShift > 0 ? _mm512_slli_epi32(codes, kShift > 0 ? kShift : 0)
                                     : _mm512_srli_epi32(codes, kShift < 0 ? -kShift : 0);
    constexpr int kAndOr = (0xf0 & 0xcc) | 0xaa;
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(moved, _mm512_set1_epi32(0x7f8000),
                                                         _mm512_set1_epi32(0x43800000), kAndOr));
  } else {
    constexpr int kByte = i << 16;
    const __m512i from =
        _mm512_set4_epi32(kByte | 0x0c0000, kByte | 0x080000, kByte | 0x040000, kByte);
    return _mm512_castsi512_ps(
        _mm512_mask_shuffle_epi8(_mm512_set1_epi32(0x43000000), 0x4444444444444444, codes, from));
  }
}

// Each even[i] and odd[i] side by side, cut to bfloat16.
inline __m512i cut_pairs(__m512 even, __m512 odd) {
  const __m512i upper = _mm512_set4_epi32(0x0f0e0f0e, 0x0b0a0b0a, 0x07060706, 0x03020302);
  return _mm512_mask_shuffle_epi8(_mm512_castps_si512(odd), 0x3333333333333333,
                                  _mm512_castps_si512(even), upper);
}

// Cutting takes 2^-8 / v of a mantissa v between 1 and 2 on average. Weights that are larger by the
// mean of that, 2^-8 ln 2, come out right on average, and no instruction is needed to round each.
constexpr float kCutting = 1 + 0.0027076f;

// Unpacks 32 columns from `column` on of 16 interleaved rows.
template <class Form>
void unpack_interleaved(const uint8_t* row, int column, WeightTile& tile) {
  constexpr int kGroups = Form::kGranule / 4;
  static_assert(!kIsSigned<Form>);
  const uint8_t* unit = row + column / Form::kColumns * Form::kUnitBytes;
  const int part = column % Form::kColumns / kBlock;
  const UnitScales<Form> scales(unit + Form::kCodeBytes);
  const uint8_t* codes = unit + part * Form::kBits * 64;
  for (int line = 0; line < Form::kBits; ++line) {
    __builtin_prefetch(codes + kPrefetchBytes + line * 64);
  }
  __m512 scale, offset;
  each_part([&](auto j) {
    if constexpr (j % kGroups == 0) {
      const int granule = part * (8 / kGroups) + j / kGroups;
      const Floats16 all = scales.scale(granule) * Floats16::all(kCutting);
      scale = all.v;
      offset = scales.offset(granule, all).v;
      if constexpr (Form::kHasMins) offset = _mm512_mul_ps(offset, _mm512_set1_ps(kCutting));
      offset = _mm512_fnmadd_ps(_mm512_set1_ps(kUnsignedBias<Form>), scale, offset);
    }
    const auto value = [&](__m512 code) { return _mm512_fmadd_ps(code, scale, offset); };
    const __m512i w = unpacked_group<Form, j>(codes).v;
    const __m512 a = value(biased_unsigned<Form, 0>(w)), b = value(biased_unsigned<Form, 1>(w));
    const __m512 c = value(biased_unsigned<Form, 2>(w)), d = value(biased_unsigned<Form, 3>(w));
    _mm512_store_si512(tile.w[2 * j], cut_pairs(a, b));
    _mm512_store_si512(tile.w[2 * j + 1], cut_pairs(c, d));
  });
}

using UnpackInterleaved = void (*)(const uint8_t*, int, WeightTile&);

inline UnpackInterleaved unpack_interleaved_for(WeightType type) {
  switch (type) {
#define KT_CASE(name, ...) \
  case WeightType::k##name: return unpack_interleaved<InterleavingOf<Block##name>>;
    KT_INTERLEAVED_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;  // the wrappers let no other type through
  }
}

// Unpacks some columns from `column` on of 16 stored rows, or fewer; what lacks is zero.
template <class Block>
void unpack_tiles(const Matrix& weight, const uint8_t* row, int rows, int column, int columns,
                  WeightTiles& tiles, int side) {
  Panel panel;
  fill_stored<Block>(panel, weight, row, rows, column, columns);
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

inline UnpackTiles unpack_tiles_for(WeightType type) {
  switch (type) {
    case WeightType::kBF16: return interleave_tiles;
#define KT_CASE(name, number) \
  case WeightType::k##name: return unpack_tiles<Block##name>;
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
    default: return nullptr;  // the wrappers let no other type through
  }
}

// A block of 32 rows and some columns.
struct WeightBlock {
  const uint8_t* row;
  int first_row, rows, column, columns;

  int steps() const { return columns / kDepth; }
  int sides() const { return (rows + kSide - 1) / kSide; }
};

// The blocks of a product, one after the other: along the rows of weights, as memory is read best,
// or down the columns, so that the activations of many tokens stay near.
class WeightBlocks {
 public:
  WeightBlocks(const Matrix& weight, const uint8_t* row, int rows, bool along)
      : weight_(weight),
        row_(row),
        rows_(rows),
        down_((rows + kTileRows - 1) / kTileRows),
        across_((weight.columns + kTileColumns - 1) / kTileColumns),
        along_(along) {}

  int count() const { return down_ * across_; }

  // Without rows if there is no such block.
  WeightBlock at(int i) const {
    if (i >= count()) return {};
    const int column = (along_ ? i % across_ : i / down_) * kTileColumns;
    const int row = (along_ ? i / across_ : i % down_) * kTileRows;
    return {row_ + row * weight_.row_bytes, row, static_cast<int>(smaller(kTileRows, rows_ - row)),
            column, static_cast<int>(smaller(kTileColumns, weight_.columns - column))};
  }

  // Asks for what is unpacked later: it lies in short pieces, of which no prefetcher makes sense.
  void prefetch(const WeightBlock& block) const {
    if (along_ && weight_.layout == Layout::kInterleaved) return;  // one after the other
    const int64_t together = weight_.layout == Layout::kInterleaved ? kPanelRows : 1;
    const int64_t begin = together * weight_.row_bytes * block.column / weight_.columns;
    const int64_t bytes = together * weight_.row_bytes * block.columns / weight_.columns;
    for (int64_t r = 0; r < block.rows; r += together) {
      const uint8_t* piece = block.row + r * weight_.row_bytes + begin;
      for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(piece + i, 0, 2);
    }
  }

 private:
  const Matrix& weight_;
  const uint8_t* row_;
  const int rows_, down_, across_;
  const bool along_;
};

// Unpacks a block piece by piece: tile by tile where tiles can be had one by one, else by sides.
class Unpacking {
 public:
  Unpacking(const Matrix& weight, const WeightBlock& block, WeightTiles& tiles)
      : weight_(weight),
        block_(block),
        tiles_(tiles),
        interleaved_(weight.layout == Layout::kInterleaved ? unpack_interleaved_for(weight.type)
                                                           : nullptr),
        stored_(interleaved_ ? nullptr : unpack_tiles_for(weight.type)) {}

  int pieces() const { return block_.sides() * (interleaved_ ? block_.steps() : 1); }

  void next() {
    const uint8_t* row = block_.row + side_ * kSide * weight_.row_bytes;
    if (interleaved_) {
      interleaved_(row, block_.column + step_ * kDepth, tiles_.at[step_][side_]);
      if (++step_ < block_.steps()) return;
      step_ = 0;
    } else {
      const int rows = static_cast<int>(smaller(kSide, block_.rows - side_ * kSide));
      stored_(weight_, row, rows, block_.column, block_.columns, tiles_, side_);
    }
    ++side_;
  }

 private:
  const Matrix& weight_;
  const WeightBlock block_;
  WeightTiles& tiles_;
  const UnpackInterleaved interleaved_;
  const UnpackTiles stored_;
  int side_ = 0, step_ = 0;
};

#include "token_tiles.inl"

using RowSums = float[kTileRows];  // of one token

// sums[n] = or += of the columns that are unpacked. Tiles: 0 to 3 sums, 4 and 5 activations of 16
// tokens each, 6 and 7 weights of 16 rows each. Calls meanwhile() after every step.
template <bool kManyTokens, bool kManyRows, class Meanwhile>
void multiply_tiles(Tiles& tiles, const WeightTiles& weights, const TokenTiles* x, int steps,
                    RowSums* sums, bool adds, const Meanwhile& meanwhile) {
  constexpr int64_t kSumBytes = sizeof(RowSums), kRowBytes = 64;
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
    tiles.load_streamed<4>(x[0].at[step].x, kRowBytes);
    tiles.load<6>(weights.at[step][0].w, kRowBytes);
    tiles.multiply_bf16<0, 4, 6>();
    if constexpr (kManyRows) {
      tiles.load<7>(weights.at[step][1].w, kRowBytes);
      tiles.multiply_bf16<1, 4, 7>();
    }
    if constexpr (kManyTokens) {
      tiles.load_streamed<5>(x[1].at[step].x, kRowBytes);
      tiles.multiply_bf16<2, 5, 6>();
      if constexpr (kManyRows) tiles.multiply_bf16<3, 5, 7>();
    }
    meanwhile();
  }
  tiles.store<0>(sums[0], kSumBytes);
  if constexpr (kManyRows) tiles.store<1>(sums[0] + kSide, kSumBytes);
  if constexpr (kManyTokens) tiles.store<2>(sums[kSide], kSumBytes);
  if constexpr (kManyTokens && kManyRows) tiles.store<3>(sums[kSide] + kSide, kSumBytes);
}

// Some columns of up to 32 tokens.
template <class Meanwhile>
void multiply_tiles(Tiles& tiles, const WeightTiles& weights, const TokenTiles* x, int count,
                    int steps, int rows, RowSums* sums, bool adds, const Meanwhile& meanwhile) {
  const auto run = [&](auto many_tokens, auto many_rows) {
    multiply_tiles<many_tokens, many_rows>(tiles, weights, x, steps, sums, adds, meanwhile);
  };
  if (count > kSide) return rows > kSide ? run(Part<1>(), Part<1>()) : run(Part<1>(), Part<0>());
  rows > kSide ? run(Part<0>(), Part<1>()) : run(Part<0>(), Part<0>());
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
  const int groups = (count + 2 * kSide - 1) / (2 * kSide), stride = groups * 2 * kSide;
  const int across = (weight.columns + kTileColumns - 1) / kTileColumns;
  const bool copies_all = stride * across <= kCopiedRows;
  const WeightBlocks blocks(weight, row, rows, copies_all);
  WeightTiles weights[2];
  TileSums sums;
  TokenTiles x[kCopiedRows / kSide];
  static_assert(kBatch <= kCopiedRows);
  Tiles tiles(whole_tiles());
  WeightBlock block = blocks.at(0), next = blocks.at(1);
  Unpacking unpacking(weight, block, weights[0]);
  for (int piece = unpacking.pieces(); piece > 0; --piece) unpacking.next();
  blocks.prefetch(next);
  for (int i = 0; i < blocks.count(); ++i, block = next, next = blocks.at(i + 1)) {
    TokenTiles* some = x + (copies_all ? block.column / kTileColumns * (stride / kSide) : 0);
    if (block.first_row == 0) copy_tokens(all, first, count, block.column, block.columns, some);
    blocks.prefetch(blocks.at(i + 2));
    Unpacking ahead(weight, next, weights[(i + 1) % 2]);
    const int per_piece = groups * block.steps(), per_step = ahead.pieces();
    int64_t owed = 0;
    const auto unpack_some = [&] {
      for (owed += per_step; owed >= per_piece; owed -= per_piece) ahead.next();
    };
    RowSums* block_sums = sums.at[block.first_row / kTileRows];
    for (int n = 0; n < count; n += 2 * kSide) {
      const int few = static_cast<int>(smaller(2 * kSide, count - n));
      multiply_tiles(tiles, weights[i % 2], some + n / kSide, few, block.steps(), block.rows,
                     block_sums + n, block.column > 0, unpack_some);
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
