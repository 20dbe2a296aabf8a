// SPDX-License-Identifier: Apache-2.0
// What attention does with one block of cache rows where products of bfloat16 are fast: both of its
// own take it. `multiply_tiles` comes from tile_steps.inl or dot_steps.inl.
//
// ERROR Queries, keys, values and weights are rounded to 8 bits, at most 2^-9 of each; sums are
// float32. Totals are those of the rounded weights, so that weights still add up to one.
// COST A block is converted once for all queries of a tile, up to 128.

// Two vectors as bfloat16, one after the other. Subnormal numbers may become zeros.
inline __m512i round_both(V first, V second) {
#ifdef __AVX512BF16__
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second.v, first.v));
#else
  alignas(64) uint16_t out[2 * V::lanes];
  store_bf16(first, out);
  store_bf16(second, out + V::lanes);
  return _mm512_load_si512(out);
#endif
}

// kPair values of a row from column i on, times scale; zeros where the row has ended.
template <class Value>
inline __m512i round_some(const Value* row, int i, int size, V scale) {
  if (i + kPair <= size) return round_both(scale * load(row, i), scale * load(row, i + V::lanes));
  float values[kPair] = {};
  for (int j = i; j < size; ++j) values[j - i] = load_one(row, j);
  return round_both(scale * V::load(values), scale * V::load(values + V::lanes));
}

// What a thread works with: as FloatPlace, for more queries and more rows at a time, since sums are
// read and written for each block.
struct TilePlace {
  static constexpr int kMost = QueryTile::kMost;
  static constexpr int kRows = 4 * kKeys;
  static constexpr int kWidest = 640;  // up to which heads have so many queries and rows

  Tiles tiles{whole_tiles()};
  // Tiles [queries / 16, key_width / 32] of pairs of columns, each [16 pairs, 16 queries].
  alignas(64) uint16_t queries[kMost * kWidest];
  // Tiles [queries / 16, value_width / 16], their columns as lay_out_values leaves them.
  alignas(64) float sums[kMost * kWidest];
  alignas(64) uint16_t rows[kPair * kMaxHeadSize];  // of keys, or of values
  // Tiles [rows / 32, value_width / 16] of pairs of rows.
  alignas(64) uint16_t values[kRows * kWidest];
  alignas(64) float scores[kRows * kMost];      // [queries / 16, kRows, 16], then weights
  alignas(64) uint16_t weights[kRows * kMost];  // tiles [queries / 16, rows / 32]
  alignas(64) float most[kMost], total[kMost], factors[kMost];
  int key_width, value_width;  // in whole steps
  bool is_first;               // of the blocks: there are no sums yet

  // Fewer queries would leave most of each tile empty.
  static bool suits(const AttentionArgs& a) {
    return a.rounds && (a.apart ? 1 : a.tokens) * (a.heads / a.kv_heads) > 2;
  }
  static int queries_of_tile(const AttentionArgs& a) {
    const int widest = a.key_size > a.value_size ? a.key_size : a.value_size;
    return static_cast<int>(smaller(kMost, kMost * kWidest / whole(widest) / 16 * 16));
  }
  static int rows_of_block(const AttentionArgs& a) {
    return static_cast<int>(smaller(kRows, kRows * kWidest / whole(a.value_size) / kKeys * kKeys));
  }
  static int whole(int size) { return (size + kPair - 1) / kPair * kPair; }
  // To nearest, ties away from zero.
  static V rounded(V weight) {
    const __m512i half = _mm512_set1_epi32(0x8000);
    const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
    const __m512i bits = _mm512_add_epi32(_mm512_castps_si512(weight.v), half);
    return {_mm512_castsi512_ps(_mm512_and_si512(bits, upper))};
  }
  ScoreRows score_rows(const QueryTile&, int i) { return {scores + i * kRows, 16}; }

  void load(const AttentionArgs& a, const QueryTile& tile) {
    key_width = whole(a.key_size);
    value_width = whole(a.value_size);
    uint16_t* out = queries;
    for (int first = 0; first < tile.width; first += 16) {
      for (int d = 0; d < key_width; d += kPair, out += kTileValues) {
        __m512i lines[16];
        for (int i = 0; i < 16; ++i) {
          lines[i] = first + i < tile.count
                         ? round_some(tile.q[first + i], d, a.key_size, V::all(a.scale))
                         : _mm512_setzero_si512();
        }
        transpose(lines);
        for (int i = 0; i < 16; ++i) _mm512_store_si512(out + i * kPair, lines[i]);
      }
    }
  }

  void begin(const AttentionArgs&, const QueryTile&) { is_first = true; }

  void attend(const AttentionArgs& a, const QueryTile& tile, int64_t first, const CacheRows& keys,
              const CacheRows& some_values) {
    const bool values_are_keys = keys.data == some_values.data &&
                                 keys.row_bytes == some_values.row_bytes &&
                                 a.value_size <= a.key_size;
    for (int r = 0; r < keys.count; r += kPair) {
      const Rounded some = round_rows(keys, r, key_width);
      score(tile, some, scores + r * 16);
      lay_out_values(values_are_keys ? some : round_rows(some_values, r, value_width), r);
    }
    if (weigh(tile, first, keys.count, *this) && !is_first) scale_sums(tile);
    const int depth = (keys.count + kPair - 1) / kPair;
    lay_out_weights(tile, keys.count, depth);
    add_values(tile, depth);
    is_first = false;
  }

  // kPair rows of bfloat16.
  struct Rounded {
    const uint16_t* data;
    int64_t stride;
  };

  // Rows from `first` on, in the cache itself if they can be read there. Zeros follow each row up
  // to the width, and the last row.
  Rounded round_rows(const CacheRows& all, int first, int width) {
    CacheRows some = all;
    some.data = static_cast<const uint8_t*>(all.data) + first * all.row_bytes;
    some.count = static_cast<int>(smaller(kPair, all.count - first));
    if (all.type == CacheType::kBf16 && some.count == kPair && all.size == width) {
      return {static_cast<const uint16_t*>(some.data), all.row_bytes / 2};
    }
    for_rows(some, [&](int r, const auto* row) {
      for (int i = 0; i < width; i += kPair) {
        _mm512_store_si512(rows + r * width + i, round_some(row, i, some.size, V::all(1)));
      }
    });
    const int missing = kPair - some.count;
    __builtin_memset(rows + some.count * width, 0, missing * width * sizeof(uint16_t));
    return {rows, width};
  }

  // Of kPair rows: what follows the last is no score.
  void score(const QueryTile& tile, Rounded keys, float* out) {
    const int depth = key_width / kPair;
    const TileFactor a{keys.data, 16 * keys.stride, kPair, keys.stride * 2};
    for (int i = 0; i < tile.width; i += 32) {
      const TileFactor b{queries + i * key_width, depth * kTileValues, kTileValues, 64};
      const TileProduct some{out + i * kRows, 16 * kRows, kTileSums};
      if (i + 32 <= tile.width) {
        multiply_tiles<2, 2, true>(tiles, a, b, depth, false, some);
      } else {
        multiply_tiles<2, 1, true>(tiles, a, b, depth, false, some);
      }
    }
  }

  // Pairs of rows, side by side. Of 32 columns those that the lower halves of 128 bits hold become
  // one tile, the others the next.
  void lay_out_values(Rounded some, int first) {
    for (int pair = 0; pair < 16; ++pair) {
      const uint16_t* row = some.data + 2 * pair * some.stride;
      uint16_t* out = values + first * value_width + pair * kPair;
      for (int i = 0; i < value_width; i += kPair, out += 2 * kTileValues) {
        const __m512i even = _mm512_loadu_si512(row + i);
        const __m512i odd = _mm512_loadu_si512(row + some.stride + i);
        _mm512_store_si512(out, _mm512_unpacklo_epi16(even, odd));
        _mm512_store_si512(out + kTileValues, _mm512_unpackhi_epi16(even, odd));
      }
    }
  }
  // kPair neighbours of a query's sums, in order again.
  void load_sums(const float* sum, V& first, V& second) const {
    const __m512 lower = V::load(sum).v, upper = V::load(sum + kTileSums).v;
    const __m512i from = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const __m512i further = _mm512_add_epi32(from, _mm512_set1_epi32(8));
    first.v = _mm512_permutex2var_ps(lower, from, upper);
    second.v = _mm512_permutex2var_ps(lower, further, upper);
  }
  // Where the sums of a query begin; each next 16 of them are a tile further.
  int sums_of(int i) const { return i / 16 * 16 * value_width + i % 16 * 16; }

  void scale_sums(const QueryTile& tile) {
    for (int i = 0; i < tile.count; ++i) {
      if (factors[i] == 1) continue;
      float* sum = sums + sums_of(i);
      for (int d = 0; d < value_width; d += 16, sum += kTileSums) {
        (V::all(factors[i]) * V::load(sum)).store(sum);
      }
    }
  }

  // Rows of weights become columns, in bfloat16 that they fit; those after the last are zero.
  void lay_out_weights(const QueryTile& tile, int count, int depth) {
    const int missing = (depth * kPair - count) * 16;
    uint16_t* out = weights;
    for (int i = 0; i < tile.width; i += 16) {
      const ScoreRows some = score_rows(tile, i);
      __builtin_memset(some.at(count), 0, missing * sizeof(float));
      for (int r = 0; r < depth * kPair; r += kPair, out += kTileValues) {
        __m512i lines[16];
        for (int j = 0; j < 16; ++j) {
          const V even = V::load(some.at(r + 2 * j)), second = V::load(some.at(r + 2 * j + 1));
          const __m512i first = _mm512_srli_epi32(_mm512_castps_si512(even.v), 16);
          lines[j] = _mm512_or_si512(first, _mm512_castps_si512(second.v));
        }
        transpose(lines);
        for (int j = 0; j < 16; ++j) _mm512_store_si512(out + j * kPair, lines[j]);
      }
    }
  }

  void add_values(const QueryTile& tile, int depth) {
    for (int d = 0; d < value_width; d += 32) {
      const TileFactor b{values + d / 16 * kTileValues, kTileValues, kPair * value_width, 64};
      for (int i = 0; i < tile.width; i += 32) {
        const TileFactor a{weights + i / 16 * depth * kTileValues, depth * kTileValues, kTileValues,
                           64};
        const TileProduct out{sums + i * value_width + d * 16, kTileSums, 16 * value_width};
        if (i + 32 <= tile.width) {
          multiply_tiles<2, 2, false>(tiles, a, b, depth, !is_first, out);
        } else {
          multiply_tiles<1, 2, false>(tiles, a, b, depth, !is_first, out);
        }
      }
    }
  }

  // Writes out[i] = scale[i] * the sums of each query; zero if there was no block.
  void store(const QueryTile& tile, int size, const float* scale, float* const* out) const {
    for (int i = 0; i < tile.count; ++i) {
      if (is_first) {
        __builtin_memset(out[i], 0, size * sizeof(float));
        continue;
      }
      const float* sum = sums + sums_of(i);
      const V factor = V::all(scale[i]);
      for (int d = 0; d < size; d += kPair, sum += 2 * kTileSums) {
        V first, second;
        load_sums(sum, first, second);
        store_some(factor * first, out[i] + d, size - d);
        store_some(factor * second, out[i] + d + V::lanes, size - d - V::lanes);
      }
    }
  }
  static void store_some(V x, float* out, int count) {
    if (count >= V::lanes) return x.store(out);
    if (count > 0) _mm512_mask_storeu_ps(out, static_cast<__mmask16>((1 << count) - 1), x.v);
  }
};
