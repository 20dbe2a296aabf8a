// SPDX-License-Identifier: Apache-2.0
// Matrix products: the primitive `multiply`, and `linear`.
//
// It works in tiles of kRows rows and kTokens tokens: the tokens' activations stay in the first
// cache while the rows pass, and a row's blocks are unpacked once for all tokens of a tile.
// COST one pass over the weights from memory, whatever the number of tokens.

constexpr int kTokens = 4;
constexpr int kRows = 256;

// The tokens that meet some rows of weights, and where the rows' results go.
struct Tokens {
  const uint8_t* x;
  int64_t x_bytes;  // from one token to the next
  Form form;
  float* out;
  int64_t out_stride;
  int count;
  const int32_t* pairs;  // null, or the pairs of token and expert that they are
  int pairs_per_token;

  const uint8_t* input(int n) const {
    return x + (pairs ? pairs[n] / pairs_per_token : n) * x_bytes;
  }
  float* output(int n) const { return out + n * out_stride; }
};

// A few of them: x[n] and out[n] belong to the n-th.
struct Tile {
  const uint8_t* x[kTokens];
  float* out[kTokens];
  int tokens;
};

// out[n][i] = row i . x[n] for `rows` consecutive rows.
template <class Dot, int N>
void multiply_tile(const Matrix& weight, const uint8_t* row, int64_t rows, const Tile& tile) {
  for (int64_t i = 0; i < rows; ++i, row += weight.row_bytes) {
    float results[N];
    Dot::template run<N>(row, tile.x, weight.columns, results);
    for (int n = 0; n < N; ++n) tile.out[n][i] = results[n];
  }
}

template <class Dot>
void multiply(const Matrix& weight, const uint8_t* row, int64_t rows, const Tile& tile) {
  switch (tile.tokens) {
    case 1: return multiply_tile<Dot, 1>(weight, row, rows, tile);
    case 2: return multiply_tile<Dot, 2>(weight, row, rows, tile);
    case 3: return multiply_tile<Dot, 3>(weight, row, rows, tile);
    default: return multiply_tile<Dot, kTokens>(weight, row, rows, tile);
  }
}

using Multiply = void (*)(const Matrix&, const uint8_t*, int64_t, const Tile&);

inline Multiply multiply_for(WeightType type) {
  switch (type) {
    case WeightType::kF32: return multiply<Floats<float>>;
    case WeightType::kF16: return multiply<Floats<Half>>;
    case WeightType::kBF16: return multiply<Floats<Bf16>>;
#define KT_CASE(name, number) \
  case WeightType::k##name: return multiply<Quantized<Block##name>>;
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
  }
  return nullptr;  // the wrappers let no other type through
}

// Calls body(tile) for kTokens of the tokens after the other.
template <class Body>
inline void for_token_tiles(const Tokens& tokens, const Body& body) {
  for (int t = 0; t < tokens.count; t += kTokens) {
    Tile tile;
    tile.tokens = static_cast<int>(smaller(kTokens, tokens.count - t));
    for (int n = 0; n < tile.tokens; ++n) {
      tile.x[n] = tokens.input(t + n);
      tile.out[n] = tokens.output(t + n);
    }
    body(tile);
  }
}

// out[n][i] = row i . x[n] for `rows` consecutive rows and all tokens.
inline void multiply_tiles(const Matrix& weight, const uint8_t* row, int64_t rows,
                           const Tokens& tokens) {
  const Multiply run = multiply_for(weight.type);
  for_token_tiles(tokens, [&](const Tile& tile) { run(weight, row, rows, tile); });
}

#include "interleaved.inl"

#include "panels.inl"

#include "turned_floats.inl"

#ifdef KT_STORED_PANELS
#include "stored_panels.inl"
#endif

#ifdef KT_TILES
#include "tile_products.inl"
#endif

// out[n][i] = row i . x[n] for up to kRows consecutive rows and all tokens.
inline void multiply(const Matrix& weight, const uint8_t* row, int64_t rows, const Tokens& tokens) {
#ifdef KT_TILES
  if (tokens.form == kt::Form::kBf16) {
    return multiply_on_tiles(weight, row, static_cast<int>(rows), tokens);
  }
#endif
  const bool are_many = tokens.count >= kFewestPanelTokens;
  if (weight.layout == Layout::kInterleaved) {
    return are_many ? multiply_in_panels(weight, row, rows, tokens)
                    : multiply_interleaved(weight, row, rows, tokens);
  }
  const MultiplyFloats turned = are_many ? multiply_floats_for(weight.type) : nullptr;
  if (turned) return turned(weight, row, rows, tokens);
#ifdef KT_STORED_PANELS
  const MultiplyRows run = are_many ? stored_panels_for(weight.type) : nullptr;
  if (run) return run(weight, row, static_cast<int>(rows), tokens);
#endif
  multiply_tiles(weight, row, rows, tokens);
}

void linear(const LinearArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end;) {
    const int64_t group = r / a.outputs, first = r % a.outputs;
    const int64_t count = smaller(smaller(kRows, rows.end - r), a.outputs - first);
    const Tokens tokens{a.x.data + group * a.x.group_bytes,
                        a.x.token_bytes,
                        a.x.form,
                        a.out + group * a.out_group + first,
                        a.out_token,
                        a.tokens,
                        nullptr,
                        1};
    multiply(a.weight, a.weight.data + r * a.weight.row_bytes, count, tokens);
    r += count;
  }
}
