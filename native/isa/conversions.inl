// SPDX-License-Identifier: Apache-2.0
// The forms of activations, made from floats.

template <class Value>
inline void convert(const float* x, Value* out, int width) {
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) store(V::load(x + i), out, i);
  for (; i < width; ++i) store_one(x[i], out, i);
}

inline float largest_magnitude(const float* x) {  // of a block
  V most = V::zero();
  for (int i = 0; i < kBlock; i += V::lanes) {
    const V v = V::load(x + i);
    most = max(most, max(v, V::zero() - v));
  }
  return largest(most);
}

// q[i] = x[i] * inverse, of a block. Adds the q of each half up.
inline void round_block(const float* x, float inverse, int8_t* q, int (&totals)[2]) {
  for (int i = 0; i < kBlock; i += V::lanes) {
    float rounded[V::lanes];
    V::round(V::load(x + i) * V::all(inverse)).store(rounded);
    for (int j = 0; j < V::lanes; ++j) {
      q[i + j] = static_cast<int8_t>(static_cast<int>(rounded[j]));
      totals[(i + j) / (kBlock / 2)] += q[i + j];
    }
  }
}

// As GGML makes these blocks.
inline void convert(const float* x, BlockQ8_0* out, int width) {
  for (int b = 0; b < width / kBlock; ++b, x += kBlock) {
    const float step = largest_magnitude(x) / 127.0f;
    out[b].d = float_to_half(step);
    int totals[2] = {0, 0};
    round_block(x, step < 1e-30f ? 0.0f : 1.0f / step, out[b].q, totals);
  }
}

// Block b of a row of int8 blocks [q8_row_bytes(width)].
// LIMITS finite values. ERROR at most half a step of largest / 127 per value.
inline void quantize_block(const float* x, uint8_t* row, int width, int64_t b) {
  int8_t* q = reinterpret_cast<int8_t*>(row) + b * kBlock;
  float* scales = reinterpret_cast<float*>(row + width);
  const float largest_x = largest_magnitude(x);
  const bool vanishes = largest_x < 1e-30f;  // its inverse would not be finite
  const float step = vanishes ? 0.0f : largest_x / 127.0f;
  const float inverse = vanishes ? 0.0f : 127.0f / largest_x;
  int totals[2] = {0, 0};  // of the halves
  round_block(x, inverse, q, totals);
  const int per_row = width / kBlock;
  scales[b] = step;
  scales[per_row + b] = step * static_cast<float>(totals[0] + totals[1]);
  float* half_sums = scales + 2 * per_row + 2 * b;
  for (int h = 0; h < 2; ++h) half_sums[h] = step * static_cast<float>(totals[h]);
}
