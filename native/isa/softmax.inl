// SPDX-License-Identifier: Apache-2.0
// What attention does with one block of cache rows: scores, online softmax, sums of values.
//
// Where the queries of a tile fill a good part of a vector, they are its lanes: a cache value is
// read once for all of them, both products are one loop, and largest scores and sums need no steps
// across lanes. One or two queries meet each row on their own, along its columns.

constexpr int kQueries = 32;       // of a tile; a multiple of V::lanes
constexpr int kKeys = 64;          // cache rows of a block
constexpr int kColumns = 64;       // of these rows that are read at a time: 16 KiB as floats
constexpr float kSlack = 8;        // the largest score may grow so much before sums are scaled
constexpr float kLowest = -1e30f;  // below every score, and finite: a difference of two is zero

// Queries, each a head of a token of one sequence, that share a key head.
struct QueryTile {
  static constexpr int kMost = 128;
  const float* q[kMost];
  Range rows[kMost];  // of the cache, that each sees; none from the count on
  Range read;         // from the first to the last row that any sees
  Range common;       // rows that all see, if it does not end before it begins
  int64_t first;      // of the queries of the key head
  int kv_head, count;
  int width;  // count rounded up to whole vectors
};

// Rows of the cache that all queries of a tile read: keys, or values.
struct CacheRows {
  const void* data;  // the first one
  int64_t row_bytes;
  int count, size;
  CacheType type;
};

// Calls body(row, values) for each.
template <class Body>
inline void for_rows(const CacheRows& rows, const Body& body) {
  with_type(rows.type, rows.data, [&](const auto* first) {
    for (int r = 0; r < rows.count; ++r) body(r, row_after(first, r * rows.row_bytes));
  });
}

// Calls body(first, count) for some columns of all rows after the other, when they stand in `out`,
// [rows, count].
template <class Body>
inline void for_columns(const CacheRows& rows, float* out, const Body& body) {
  for (int first = 0; first < rows.size; first += kColumns) {
    const int count = static_cast<int>(smaller(kColumns, rows.size - first));
    for_rows(rows, [&](int r, const auto* row) {
      float* to = out + r * count;
      int i = 0;
      for (; i + V::lanes <= count; i += V::lanes) load(row, first + i).store(to + i);
      for (; i < count; ++i) to[i] = load_one(row, first + i);
    });
    body(first, count);
  }
}

// Scores of some queries, row by row.
struct ScoreRows {
  float* first;
  int64_t stride;
  float* at(int r) const { return first + r * stride; }
};

// Scores of `count` rows from `first` on to weights, which are added to the totals. Returns whether
// the factors, that sums so far must be scaled by, are not all one.
template <class Place>
inline bool weigh(const QueryTile& tile, int64_t first, int count, Place& at) {
  const int64_t common_begin = tile.common.begin - first, common_end = tile.common.end - first;
  bool rescales = false;
  for (int i = 0; i < tile.width; i += V::lanes) {
    float begins[V::lanes], ends[V::lanes];
    for (int j = 0; j < V::lanes; ++j) {
      begins[j] = static_cast<float>(tile.rows[i + j].begin - first);
      ends[j] = static_cast<float>(tile.rows[i + j].end - first);
    }
    const V begin = V::load(begins), end = V::load(ends);
    const ScoreRows scores = at.score_rows(tile, i);
    // The value for queries that see the row, `hidden` for the others.
    const auto seen = [&](int r, V value, V hidden) {
      if (r >= common_begin && r < common_end) return value;
      const V row = V::all(static_cast<float>(r));
      return where_less(row, begin, hidden, where_less(row, end, value, hidden));
    };

    const V before = V::load(at.most + i);
    V most = before;
    for (int r = 0; r < count; ++r) {
      most = max(most, seen(r, V::load(scores.at(r)), V::all(kLowest)));
    }
    const bool rises = largest(most - before) > kSlack;
    rescales = rescales || rises;
    if (!rises) most = before;
    const V factor = exp(before - most);
    V total = factor * V::load(at.total + i);
    for (int r = 0; r < count; ++r) {
      float* score = scores.at(r);
      const V weight = seen(r, Place::rounded(exp(V::load(score) - most)), V::zero());
      weight.store(score);
      total = total + weight;
    }
    most.store(at.most + i);
    factor.store(at.factors + i);
    total.store(at.total + i);
  }
  return rescales;
}

// What a thread works with: a tile's queries, softmax and sums, and a block of the cache.
struct FloatPlace {
  float queries[kMaxHeadSize * kQueries];  // [key_size, width]
  float sums[kMaxHeadSize * kQueries];     // [value_size, width]; narrow: [count, value_size]
  float rows[kKeys * kColumns];            // of keys, then of values
  float scores[kKeys * kQueries];          // [rows, width], then weights
  float most[kQueries], total[kQueries];   // largest score, and sum of weights
  float factors[kQueries];

  static int queries_of_tile(const AttentionArgs&) { return kQueries; }
  static int rows_of_block(const AttentionArgs&) { return kKeys; }
  static V rounded(V weights) { return weights; }
  ScoreRows score_rows(const QueryTile& tile, int i) { return {scores + i, tile.width}; }
  static bool is_narrow(const QueryTile& tile) { return tile.count <= 2 && V::lanes > 1; }

  void load(const AttentionArgs& a, const QueryTile& tile) {
    if (is_narrow(tile)) return;
    const V scale = V::all(a.scale);
    for (int i = 0; i < tile.width; i += V::lanes) {
      const int count = static_cast<int>(smaller(V::lanes, tile.count - i));
      const float* const* q = tile.q + i;
      float* out = queries + i;
      int d = 0;
      for (; d + V::lanes <= a.key_size; d += V::lanes) {
        V some[V::lanes];
        for (int j = 0; j < V::lanes; ++j) {
          some[j] = j < count ? scale * V::load(q[j] + d) : V::zero();
        }
        transpose(some);
        for (int j = 0; j < V::lanes; ++j) some[j].store(out + (d + j) * tile.width);
      }
      for (; d < a.key_size; ++d) {
        for (int j = 0; j < V::lanes; ++j) {
          out[d * tile.width + j] = j < count ? a.scale * q[j][d] : 0;
        }
      }
    }
  }

  void begin(const AttentionArgs& a, const QueryTile& tile) {
    for (int i = 0; i < a.value_size * tile.width; ++i) sums[i] = 0;
  }

  void attend(const AttentionArgs& a, const QueryTile& tile, int64_t first, const CacheRows& keys,
              const CacheRows& values) {
    score(a, tile, keys);
    if (weigh(tile, first, keys.count, *this)) scale_sums(tile, a.value_size);
    add_values(tile, values);
  }

  void score(const AttentionArgs& a, const QueryTile& tile, const CacheRows& keys) {
    for (int i = 0; i < keys.count * tile.width; ++i) scores[i] = 0;
    if (is_narrow(tile)) {
      for_rows(keys, [&](int r, const auto* key) {
        for (int i = 0; i < tile.count; ++i) {
          scores[r * tile.width + i] = a.scale * dot_product(key, tile.q[i], keys.size);
        }
      });
    } else {
      for_columns(keys, rows, [&](int first, int count) {
        const float* some = queries + first * tile.width;
        product({rows, count, 1}, keys.count, count, some, tile.width, scores);
      });
    }
  }

  void scale_sums(const QueryTile& tile, int size) {
    if (is_narrow(tile)) {
      for (int i = 0; i < tile.count; ++i) scale_in_place(sums + i * size, factors[i], size);
      return;
    }
    for (int d = 0; d < size; ++d) {
      for (int i = 0; i < tile.width; i += V::lanes) {
        float* sum = sums + d * tile.width + i;
        (V::load(factors + i) * V::load(sum)).store(sum);
      }
    }
  }

  void add_values(const QueryTile& tile, const CacheRows& values) {
    if (is_narrow(tile)) {
      for_rows(values, [&](int r, const auto* value) {
        for (int i = 0; i < tile.count; ++i) {
          add_scaled(sums + i * values.size, scores[r * tile.width + i], value, values.size);
        }
      });
    } else {
      for_columns(values, rows, [&](int first, int count) {
        product({rows, 1, count}, count, values.count, scores, tile.width,
                sums + first * tile.width);
      });
    }
  }

  // Writes out[i] = scale[i] * the sums of each query.
  void store(const QueryTile& tile, int size, const float* scale, float* const* out) const {
    if (is_narrow(tile)) {
      for (int i = 0; i < tile.count; ++i) {
        for (int d = 0; d < size; ++d) out[i][d] = scale[i] * sums[i * size + d];
      }
      return;
    }
    for (int i = 0; i < tile.count; i += V::lanes) {
      const int count = static_cast<int>(smaller(V::lanes, tile.count - i));
      int d = 0;
      for (; d + V::lanes <= size; d += V::lanes) {
        V some[V::lanes];
        for (int j = 0; j < V::lanes; ++j) some[j] = V::load(sums + (d + j) * tile.width + i);
        transpose(some);
        for (int j = 0; j < count; ++j) (V::all(scale[i + j]) * some[j]).store(out[i + j] + d);
      }
      for (; d < size; ++d) {
        for (int j = 0; j < count; ++j) out[i + j][d] = scale[i + j] * sums[d * tile.width + i + j];
      }
    }
  }
};
