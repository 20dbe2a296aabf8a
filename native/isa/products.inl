// SPDX-License-Identifier: Apache-2.0
// Matrix products: `linear` and, with the rows of chosen experts, `expert_linear`.
//
// Both work in tiles of kRows rows and kTokens tokens: the tokens' activations stay in the first
// cache while the rows pass, and a row's blocks are unpacked once for all tokens of a tile.
// COST one pass over the weights from memory, whatever the number of tokens.

constexpr int kTokens = 4;
constexpr int kRows = 16;

// Where the products of a tile come from and go: x[n] and out[n] belong to the n-th token.
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

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

void linear(const LinearArgs& a, Range rows) noexcept {
  const Multiply run = multiply_for(a.weight.type);
  for (int64_t r = rows.begin; r < rows.end;) {
    const int64_t group = r / a.outputs, first = r % a.outputs;
    const int64_t count = smaller(smaller(kRows, rows.end - r), a.outputs - first);
    for (int t = 0; t < a.tokens; t += kTokens) {
      Tile tile;
      tile.tokens = static_cast<int>(smaller(kTokens, a.tokens - t));
      for (int n = 0; n < tile.tokens; ++n) {
        tile.x[n] = a.x.data + (t + n) * a.x.token_bytes + group * a.x.group_bytes;
        tile.out[n] = a.out + (t + n) * a.out_token + group * a.out_group + first;
      }
      run(a.weight, a.weight.data + r * a.weight.row_bytes, count, tile);
    }
    r += count;
  }
}

void expert_linear(const ExpertLinearArgs& a, Range rows) noexcept {
  const Multiply run = multiply_for(a.weight.type);
  const int32_t* pairs = a.plan + a.experts + 1;
  for (int e = 0; e < a.experts; ++e) {
    const int begin = a.plan[e], end = a.plan[e + 1];
    if (begin == end) continue;
    for (int64_t r = rows.begin; r < rows.end; r += kRows) {
      const int64_t count = smaller(kRows, rows.end - r);
      const uint8_t* row = a.weight.data + (int64_t{e} * a.outputs + r) * a.weight.row_bytes;
      for (int p = begin; p < end; p += kTokens) {
        Tile tile;
        tile.tokens = static_cast<int>(smaller(kTokens, end - p));
        for (int n = 0; n < tile.tokens; ++n) {
          const int64_t pair = pairs[p + n];
          tile.x[n] = a.x.data + pair / a.pairs_per_row * a.x.token_bytes;
          tile.out[n] = a.out + pair * a.outputs + r;
        }
        run(a.weight, row, count, tile);
      }
    }
  }
}
