// SPDX-License-Identifier: Apache-2.0
// Products of one row of weights with the activations of N tokens, for each weight type. A block is
// unpacked once for all N.

// Activations of one token as a row of int8 blocks.
struct Q8Row {
  const int8_t* q;
  const float* scale;
  const float* sum;        // scale times the sum of q
  const float* half_sums;  // the same of the halves of each block
};

inline Q8Row q8_row(const uint8_t* row, int columns) {
  const float* scale = reinterpret_cast<const float*>(row + columns);
  const float* sum = scale + columns / kBlock;
  return {reinterpret_cast<const int8_t*>(row), scale, sum, sum + columns / kBlock};
}

// Sums of the products of N tokens: a vector part and an offset part. As the sink of `decode`, it
// takes the parts of one block of weights, the first of which meets block `first` of the tokens.
template <int N>
struct Totals {
  Q8Row x[N];
  F8 dots[N];
  float offsets[N];
  int first = 0;

  Totals(const uint8_t* const* rows, int columns) {
    for (int n = 0; n < N; ++n) {
      x[n] = q8_row(rows[n], columns);
      dots[n] = F8::zero();
      offsets[n] = 0;
    }
  }
  void add(int j, I8 w, float low, float high) {
    const int b = first + j;
    for (int n = 0; n < N; ++n) {
      const F8 products = dot(w, I8::load(x[n].q + b * kBlock));
      const float d = x[n].scale[b];
      dots[n] = fma(products, F8::halves(low * d, high * d), dots[n]);
    }
  }
  void add(int j, I8 w, float scale) {
    const int b = first + j;
    for (int n = 0; n < N; ++n) {
      const F8 products = dot(w, I8::load(x[n].q + b * kBlock));
      dots[n] = fma(products, F8::all(scale * x[n].scale[b]), dots[n]);
    }
  }
  void add_offset(int j, float offset) {
    for (int n = 0; n < N; ++n) offsets[n] += offset * x[n].sum[first + j];
  }
  void add_offset(int j, float low, float high) {
    for (int n = 0; n < N; ++n) {
      const float* sums = x[n].half_sums + 2 * (first + j);
      offsets[n] += low * sums[0] + high * sums[1];
    }
  }
  void finish(float* out) const {
    for (int n = 0; n < N; ++n) out[n] = sum(dots[n]) + offsets[n];
  }
};

// out[n] = row . x[n] for a row of blocks.
template <class Block>
struct Quantized {
  template <int N>
  static void run(const uint8_t* row, const uint8_t* const* x, int columns, float* out) {
    Totals<N> totals(x, columns);
    const auto* blocks = reinterpret_cast<const Block*>(row);
    for (int i = 0; i < columns / Block::kWeights; ++i) {
      totals.first = i * (Block::kWeights / kBlock);
      decode(blocks[i], totals);
    }
    totals.finish(out);
  }
};

// out[n] = row . x[n] for a row of floats of some width. Two accumulators each hide latency.
template <class Weight>
struct Floats {
  template <int N>
  static void run(const uint8_t* row, const uint8_t* const* x, int columns, float* out) {
    const auto* w = reinterpret_cast<const Weight*>(row);
    V first[N], second[N];
    for (int n = 0; n < N; ++n) first[n] = second[n] = V::zero();
    int i = 0;
    for (; i + 2 * V::lanes <= columns; i += 2 * V::lanes) {
      const V a = load(w, i), b = load(w, i + V::lanes);
      for (int n = 0; n < N; ++n) {
        const float* values = reinterpret_cast<const float*>(x[n]) + i;
        first[n] = fma(a, V::load(values), first[n]);
        second[n] = fma(b, V::load(values + V::lanes), second[n]);
      }
    }
    if (i + V::lanes <= columns) {
      const V a = load(w, i);
      for (int n = 0; n < N; ++n) {
        first[n] = fma(a, V::load(reinterpret_cast<const float*>(x[n]) + i), first[n]);
      }
      i += V::lanes;
    }
    for (int n = 0; n < N; ++n) out[n] = sum(first[n] + second[n]);
    for (; i < columns; ++i) {
      const float a = load_one(w, i);
      for (int n = 0; n < N; ++n) out[n] += a * reinterpret_cast<const float*>(x[n])[i];
    }
  }
};
