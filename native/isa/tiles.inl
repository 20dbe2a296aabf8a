// SPDX-License-Identifier: Apache-2.0
// Products of small float matrices that stay in the caches, in tiles of registers.

// Values that stand `row` and `step` apart.
struct Left {
  const float* values;
  int64_t row, step;
};

// kRows rows and kVectors vectors of `product`.
template <int kRows, int kVectors>
inline void product_tile(Left left, int depth, const float* right, int width, float* out) {
  V sums[kRows][kVectors];
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kVectors; ++j) sums[i][j] = V::load(out + i * width + j * V::lanes);
  }
  for (int k = 0; k < depth; ++k, left.values += left.step, right += width) {
    V factors[kVectors];
    for (int j = 0; j < kVectors; ++j) factors[j] = V::load(right + j * V::lanes);
    for (int i = 0; i < kRows; ++i) {
      const V value = V::all(left.values[i * left.row]);
      for (int j = 0; j < kVectors; ++j) sums[i][j] = fma(value, factors[j], sums[i][j]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kVectors; ++j) sums[i][j].store(out + i * width + j * V::lanes);
  }
}

// out [rows, width] += left [rows, depth] * right [depth, width]; width: whole vectors.
template <int kRows = V::lanes == 16 ? 8 : 4>  // by the number of registers
inline void product(Left left, int rows, int depth, const float* right, int width, float* out) {
  for (; rows >= kRows; rows -= kRows, left.values += kRows * left.row, out += kRows * width) {
    int j = 0;
    for (; j + 2 * V::lanes <= width; j += 2 * V::lanes) {
      product_tile<kRows, 2>(left, depth, right + j, width, out + j);
    }
    if (j < width) product_tile<kRows, 1>(left, depth, right + j, width, out + j);
  }
  if constexpr (kRows > 1) product<kRows / 2>(left, rows, depth, right, width, out);
}
