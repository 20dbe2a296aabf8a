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

// Queries, each a head of a token, that share a key head.
struct QueryTile {
  const float* q[kQueries];
  int64_t rows[kQueries];  // cache rows that each sees
  int64_t most, fewest;    // of these
  int64_t first;           // of the queries of the key head
  int kv_head, count;
  int width;  // count rounded up to whole vectors

  bool is_narrow() const { return count <= 2 && V::lanes > 1; }
};

// What a thread works with: a tile's queries, softmax and sums, and a block of the cache.
struct Workplace {
  float queries[kMaxHeadSize * kQueries];  // [key_size, width]
  float sums[kMaxHeadSize * kQueries];     // [value_size, width]; narrow: [count, value_size]
  float rows[kKeys * kColumns];            // of keys, then of values
  float scores[kKeys * kQueries];          // [rows, width], then weights
  float most[kQueries], total[kQueries];   // largest score, and sum of weights
  float factors[kQueries];                 // that sums so far must be scaled by
};

// Rows of the cache that all queries of a tile read: keys, or values.
struct CacheRows {
  const void* data;  // the first one
  int64_t stride;
  int count, size;
  bool is_f16;
};

// Calls body(row, values) for each.
template <class Body>
inline void for_rows(const CacheRows& rows, const Body& body) {
  for (int r = 0; r < rows.count; ++r) {
    if (rows.is_f16) {
      body(r, static_cast<const Half*>(rows.data) + r * rows.stride);
    } else {
      body(r, static_cast<const float*>(rows.data) + r * rows.stride);
    }
  }
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
      for (; i + V::lanes <= count; i += V::lanes) V::load(row + first + i).store(to + i);
      for (; i < count; ++i) to[i] = load_one(row + first + i);
    });
    body(first, count);
  }
}

inline void load_queries(const QueryTile& tile, int size, float scale, float* out) {
  for (int d = 0; d < size; ++d, out += tile.width) {
    for (int i = 0; i < tile.count; ++i) out[i] = scale * tile.q[i][d];
    for (int i = tile.count; i < tile.width; ++i) out[i] = 0;
  }
}

inline void score(const QueryTile& tile, const CacheRows& keys, float scale, Workplace& at) {
  for (int i = 0; i < keys.count * tile.width; ++i) at.scores[i] = 0;
  if (tile.is_narrow()) {
    for_rows(keys, [&](int r, const auto* key) {
      for (int i = 0; i < tile.count; ++i) {
        at.scores[r * tile.width + i] = scale * dot_product(key, tile.q[i], keys.size);
      }
    });
  } else {
    for_columns(keys, at.rows, [&](int first, int count) {
      const float* queries = at.queries + first * tile.width;
      product({at.rows, count, 1}, keys.count, count, queries, tile.width, at.scores);
    });
  }
}

// Puts `value` where a query does not see one of the rows from `first` on.
inline void hide(const QueryTile& tile, int64_t first, int count, float value, float* scores) {
  for (int i = 0; i < tile.count; ++i) {
    for (int64_t r = tile.rows[i] > first ? tile.rows[i] - first : 0; r < count; ++r) {
      scores[r * tile.width + i] = value;
    }
  }
}

// Scores of `count` rows from `first` on to weights. Returns whether the factors are not all one.
inline bool weigh(const QueryTile& tile, int64_t first, int count, Workplace& at) {
  const bool some_hidden = first + count > tile.fewest;
  bool rescales = false;
  if (some_hidden) hide(tile, first, count, kLowest, at.scores);
  for (int i = 0; i < tile.width; i += V::lanes) {
    const V before = V::load(at.most + i);
    V most = before;
    for (int r = 0; r < count; ++r) most = max(most, V::load(at.scores + r * tile.width + i));
    const bool rises = largest(most - before) > kSlack;
    rescales = rescales || rises;
    if (!rises) most = before;
    most.store(at.most + i);
    exp(before - most).store(at.factors + i);
    for (int r = 0; r < count; ++r) {
      float* score = at.scores + r * tile.width + i;
      exp(V::load(score) - most).store(score);
    }
  }
  if (some_hidden) hide(tile, first, count, 0, at.scores);
  for (int i = 0; i < tile.width; i += V::lanes) {
    V total = V::load(at.factors + i) * V::load(at.total + i);
    for (int r = 0; r < count; ++r) total = total + V::load(at.scores + r * tile.width + i);
    total.store(at.total + i);
  }
  return rescales;
}

inline void scale_sums(const QueryTile& tile, int size, Workplace& at) {
  if (tile.is_narrow()) {
    for (int i = 0; i < tile.count; ++i) scale_in_place(at.sums + i * size, at.factors[i], size);
    return;
  }
  for (int d = 0; d < size; ++d) {
    for (int i = 0; i < tile.width; i += V::lanes) {
      float* sum = at.sums + d * tile.width + i;
      (V::load(at.factors + i) * V::load(sum)).store(sum);
    }
  }
}

inline void add_values(const QueryTile& tile, const CacheRows& values, Workplace& at) {
  if (tile.is_narrow()) {
    for_rows(values, [&](int r, const auto* value) {
      for (int i = 0; i < tile.count; ++i) {
        const float weight = at.scores[r * tile.width + i];
        add_scaled(at.sums + i * values.size, weight, value, values.size);
      }
    });
  } else {
    for_columns(values, at.rows, [&](int first, int count) {
      float* sums = at.sums + first * tile.width;
      product({at.rows, 1, count}, count, values.count, at.scores, tile.width, sums);
    });
  }
}

// Writes out[i] = factors[i] * the sums of each query.
inline void store_sums(const QueryTile& tile, int size, const float* factors, float* const* out,
                       const Workplace& at) {
  const int query = tile.is_narrow() ? size : 1, step = tile.is_narrow() ? 1 : tile.width;
  for (int first = 0; first < size; first += 16) {  // one line of a cache, of every query
    const int end = static_cast<int>(smaller(first + 16, size));
    for (int i = 0; i < tile.count; ++i) {
      for (int d = first; d < end; ++d) out[i][d] = factors[i] * at.sums[i * query + d * step];
    }
  }
}
