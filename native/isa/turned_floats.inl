// SPDX-License-Identifier: Apache-2.0
// Products of floats with many tokens: some columns of two vectors of rows are turned, so that each
// activation meets all rows in one instruction and no sum crosses lanes.
// COST turning, some instructions for 16 weights, once for all tokens; then an instruction for 16.

constexpr int kTurnedRows = 2 * V::lanes;
constexpr int kTurnedColumns = 256;  // of kTurnedRows floats, in the first caches
constexpr int kTurnedTokens = 64;    // whose results are kept

// Some neighbours of a row from column i on, with zeros behind them.
template <class Weight>
inline V load_some(const Weight* row, int i, int count) {
  if (count >= V::lanes) return load(row, i);
  alignas(64) float values[V::lanes] = {};
  for (int j = 0; j < count; ++j) values[j] = load_one(row, i + j);
  return V::load(values);
}

// out[c][r] = column + c of row r; of rows that lack, zeros.
template <class Weight>
void turn(const Matrix& weight, const uint8_t* row, int rows, int column, int columns,
          float (*out)[kTurnedRows]) {
  for (int r = 0; r < kTurnedRows; r += V::lanes) {
    for (int c = 0; c < columns; c += V::lanes) {
      V part[V::lanes];
      for (int i = 0; i < V::lanes; ++i) {
        const auto* values = reinterpret_cast<const Weight*>(row + (r + i) * weight.row_bytes);
        part[i] = r + i < rows ? load_some(values, column + c, columns - c) : V::zero();
      }
      transpose(part);
      for (int i = 0; i < V::lanes; ++i) part[i].store(out[c + i] + r);
    }
  }
}

// out[n][r] = or += turned rows . columns of x[n], for some tokens that follow each other.
inline void multiply_turned(const float (*turned)[kTurnedRows], int rows, int column, int columns,
                            const Tokens& all, int first, int count) {
  alignas(64) float results[kTurnedTokens][kTurnedRows];
  for (int n = 0; n < count; ++n) {
    const float* out = all.output(first + n);
    for (int r = 0; r < kTurnedRows; ++r) results[n][r] = column > 0 && r < rows ? out[r] : 0.0f;
  }
  const Left x{reinterpret_cast<const float*>(all.input(first)) + column,
               all.x_bytes / static_cast<int64_t>(sizeof(float)), 1};
  product(x, count, columns, turned[0], kTurnedRows, results[0]);
  for (int n = 0; n < count; ++n) {
    float* out = all.output(first + n);
    for (int r = 0; r < rows; ++r) out[r] = results[n][r];
  }
}

// out[n][i] = row i . x[n] for `rows` consecutive rows of floats and many tokens.
template <class Weight>
void multiply_floats(const Matrix& weight, const uint8_t* row, int64_t rows, Tokens all) {
  alignas(64) float turned[kTurnedColumns][kTurnedRows];
  const int together = all.pairs ? 1 : kTurnedTokens;  // pairs' tokens lie anywhere
  for (; rows > 0; rows -= kTurnedRows, row += kTurnedRows * weight.row_bytes) {
    const int some = static_cast<int>(smaller(kTurnedRows, rows));
    for (int column = 0; column < weight.columns; column += kTurnedColumns) {
      const int columns = static_cast<int>(smaller(kTurnedColumns, weight.columns - column));
      turn<Weight>(weight, row, some, column, columns, turned);
      for (int n = 0; n < all.count; n += together) {
        const int count = static_cast<int>(smaller(together, all.count - n));
        multiply_turned(turned, some, column, columns, all, n, count);
      }
    }
    all.out += kTurnedRows;
  }
}

using MultiplyFloats = void (*)(const Matrix&, const uint8_t*, int64_t, Tokens);

// Null for blocks.
inline MultiplyFloats multiply_floats_for(WeightType type) {
  switch (type) {
    case WeightType::kF32: return multiply_floats<float>;
    case WeightType::kF16: return multiply_floats<Half>;
    case WeightType::kBF16: return multiply_floats<Bf16>;
    default: return nullptr;
  }
}
