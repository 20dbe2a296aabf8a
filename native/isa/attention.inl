// SPDX-License-Identifier: Apache-2.0
// Attention over a cache, cut into tiles of queries and, where these are few, sections of rows.
//
// The cut follows from shape and positions, never from the number of threads: so does the result.
// ERROR that of float32 sums; the exponential's is below 3e-7. With tiles, see attention_tiles.inl.

// Token and head of a query of a key head.
struct Query {
  int64_t token, head;
};
inline Query query_of(const AttentionArgs& a, int kv_head, int64_t index) {
  const int group = a.heads / a.kv_heads;
  return {index / group, kv_head * group + index % group};
}

// The first row of a token's sequence.
inline int64_t sequence_of(const AttentionArgs& a, int64_t token) {
  return int64_t{a.places[token]} - a.positions[token];
}

// The rows that a token sees.
inline Range seen_rows(const AttentionArgs& a, int64_t token) {
  const int64_t position = a.positions[token];
  int64_t begin = 0;
  if (a.window > 0) begin = larger(begin, position + 1 - a.window);
  if (a.chunk > 0) begin = larger(begin, position - position % a.chunk);
  return {sequence_of(a, token) + begin, int64_t{a.places[token]} + 1};
}

// As many queries as follow each other within a sequence, and at most so many.
inline QueryTile query_tile(const AttentionArgs& a, int kv_head, int64_t first, int64_t most) {
  const int64_t first_token = query_of(a, kv_head, first).token;
  const int64_t sequence = sequence_of(a, first_token);
  QueryTile tile;
  tile.first = first;
  tile.kv_head = kv_head;
  int i = 0;
  for (; i < most; ++i) {
    const Query query = query_of(a, kv_head, first + i);
    if (sequence_of(a, query.token) != sequence) break;
    if (a.apart && query.token != first_token) break;
    const Range rows = seen_rows(a, query.token);
    tile.q[i] = a.q + query.token * a.q_token + query.head * a.q_head;
    tile.rows[i] = rows;
    if (i == 0) tile.read = tile.common = rows;
    tile.read = {smaller(tile.read.begin, rows.begin), larger(tile.read.end, rows.end)};
    tile.common = {larger(tile.common.begin, rows.begin), smaller(tile.common.end, rows.end)};
  }
  tile.count = i;
  tile.width = (tile.count + V::lanes - 1) / V::lanes * V::lanes;
  for (; i < tile.width; ++i) tile.rows[i] = {0, 0};
  return tile;
}

// Blocks are counted from the first of the rows on, wherever it stands in the cache.
inline int64_t blocks_of(Range rows) { return (rows.end - rows.begin + kKeys - 1) / kKeys; }

// Into how many sections a token's rows are cut. If tokens do not stand apart it is the same for
// all, also for those that see few rows: some of their sections are empty then.
class Sections {
 public:
  explicit Sections(const AttentionArgs& a) : a_(a) {
    if (a.apart) return;
    for (int t = 0; t < a.tokens; ++t) of_all_ = larger(of_all_, of_token(t));
  }
  int64_t of(int64_t token) const { return a_.apart ? of_token(token) : of_all_; }

 private:
  int64_t of_token(int64_t token) const {
    return smaller(a_.max_sections, larger(blocks_of(seen_rows(a_, token)), 1));
  }

  const AttentionArgs& a_;
  int64_t of_all_ = 1;
};

// Where the sums of a query over a section stand, then its largest score and sum of weights.
inline float* section_row(const AttentionArgs& a, Query query, int64_t section) {
  const int64_t row = (query.token * a.heads + query.head) * a.max_sections + section;
  return a.sections + row * (a.value_size + 2);
}

inline CacheRows cache_rows(const AttentionArgs& a, const void* cache, int64_t at_bytes,
                            int64_t row_bytes, int count, int size) {
  return {static_cast<const uint8_t*>(cache) + at_bytes, row_bytes, count, size, a.type};
}

// Writes results, or what attention_merge makes them of.
template <class Place>
inline void finish(const AttentionArgs& a, const QueryTile& tile, int64_t section, bool is_whole,
                   const Place& at) {
  float factors[QueryTile::kMost];
  float* out[QueryTile::kMost];
  for (int i = 0; i < tile.count; ++i) {
    const Query query = query_of(a, tile.kv_head, tile.first + i);
    if (is_whole) {
      out[i] = a.out + query.token * a.out_token + query.head * a.out_head;
      factors[i] = 1.0f / at.total[i];
    } else {
      out[i] = section_row(a, query, section);
      out[i][a.value_size] = at.most[i];
      out[i][a.value_size + 1] = at.total[i];
      factors[i] = 1;
    }
  }
  at.store(tile, a.value_size, factors, out);
}

// Sums over no rows yet, in one section of each tile over the sinks.
template <class Place>
inline void start(const AttentionArgs& a, const QueryTile& tile, bool has_sinks, Place& at) {
  for (int i = 0; i < tile.width; ++i) {
    const bool has_sink = has_sinks && i < tile.count;
    at.most[i] = has_sink ? a.sinks[query_of(a, tile.kv_head, tile.first + i).head] : kLowest;
    at.total[i] = has_sink ? 1 : 0;
  }
  at.begin(a, tile);
}

// Attends to the rows of the tile's blocks, perhaps several blocks at a time.
template <class Place>
inline void attend(const AttentionArgs& a, const QueryTile& tile, Range blocks, Place& at) {
  const int64_t rows = Place::rows_of_block(a), from = tile.read.begin;
  const int64_t end = smaller(from + blocks.end * kKeys, tile.read.end);
  for (int64_t first = from + blocks.begin * kKeys; first < end; first += rows) {
    const int count = static_cast<int>(smaller(rows, end - first));
    const int64_t k = first * a.k_row_bytes + tile.kv_head * a.k_head_bytes;
    const int64_t v = first * a.v_row_bytes + tile.kv_head * a.v_head_bytes;
    at.attend(a, tile, first, cache_rows(a, a.k, k, a.k_row_bytes, count, a.key_size),
              cache_rows(a, a.v, v, a.v_row_bytes, count, a.value_size));
  }
}

// Calls body(tile) for each of a key head.
template <class Body>
inline void for_tiles(const AttentionArgs& a, int kv_head, int most, const Body& body) {
  const int64_t queries = int64_t{a.tokens} * (a.heads / a.kv_heads);
  for (int64_t first = 0; first < queries;) {
    const QueryTile tile = query_tile(a, kv_head, first, smaller(most, queries - first));
    body(tile);
    first += tile.count;
  }
}

// A share is that part of all blocks; a section belongs to the share in which it begins.
template <class Place>
inline void attend_shares(const AttentionArgs& a, Range shares) {
  const int most = Place::queries_of_tile(a);
  const Sections cut(a);
  int64_t per_head = 0;
  for_tiles(a, 0, most, [&](const QueryTile& tile) { per_head += blocks_of(tile.read); });
  if (per_head == 0) return;  // no tokens
  const int64_t all = per_head * a.kv_heads;
  const int64_t begin = all * shares.begin / kAttentionShares;
  const int64_t end = all * shares.end / kAttentionShares;
  Place at;
  for (int64_t kv_head = begin / per_head; kv_head * per_head < end; ++kv_head) {
    int64_t before = kv_head * per_head;  // blocks of what comes before the tile
    for_tiles(a, static_cast<int>(kv_head), most, [&](const QueryTile& tile) {
      const int64_t blocks = blocks_of(tile.read);
      const int64_t sections = cut.of(query_of(a, 0, tile.first).token);
      bool is_loaded = false;
      for (int64_t section = 0; section < sections; ++section) {
        const Range part{blocks * section / sections, blocks * (section + 1) / sections};
        if (before + part.begin < begin || before + part.begin >= end) continue;
        if (!is_loaded) at.load(a, tile);
        is_loaded = true;
        start(a, tile, a.sinks != nullptr && section == 0, at);
        attend(a, tile, part, at);
        finish(a, tile, section, sections == 1, at);
      }
      before += blocks;
    });
  }
}

void attention(const AttentionArgs& a, Range shares) noexcept {
#ifdef KT_TILES
  if (TilePlace::suits(a)) return attend_shares<TilePlace>(a, shares);
#endif
  attend_shares<FloatPlace>(a, shares);
}

void attention_merge(const AttentionArgs& a, Range queries) noexcept {
  const Sections cut(a);
  for (int64_t item = queries.begin; item < queries.end; ++item) {
    const Query query{item / a.heads, item % a.heads};
    const int64_t sections = cut.of(query.token);
    if (sections == 1) continue;  // the result is there
    float most = kLowest, total = 0;
    for (int64_t s = 0; s < sections; ++s) {
      const float section_most = section_row(a, query, s)[a.value_size];
      most = section_most > most ? section_most : most;
    }
    float* out = a.out + query.token * a.out_token + query.head * a.out_head;
    for (int d = 0; d < a.value_size; ++d) out[d] = 0;
    for (int64_t s = 0; s < sections; ++s) {
      const float* row = section_row(a, query, s);
      const float factor = exp(row[a.value_size] - most);
      total += factor * row[a.value_size + 1];
      add_scaled(out, factor, row, a.value_size);
    }
    scale_in_place(out, 1.0f / total, a.value_size);
  }
}
