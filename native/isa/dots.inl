// SPDX-License-Identifier: Apache-2.0
// Products of one row of weights with the activations of N tokens, for each weight type. A block is
// unpacked once for all N.

// Activations of one token as a row of int8 blocks.
struct Q8Row {
  const int8_t* q;
  const float* scale;
  const float* sum;  // scale times the sum of q
};

inline Q8Row q8_row(const uint8_t* row, int columns) {
  const float* scale = reinterpret_cast<const float*>(row + columns);
  return {reinterpret_cast<const int8_t*>(row), scale, scale + columns / kBlock};
}

// A type's `block` hands the 32 weights of each part to a sink: as int8, with their scale, or one
// for each half, and an offset where the type has one. Totals multiplies them by the activations at
// once; panels.inl has a sink that keeps them.
template <int N>
struct Totals {  // of N tokens: vector part and offset part
  F8 dots[N];
  float offsets[N];

  Totals() {
    for (int n = 0; n < N; ++n) {
      dots[n] = F8::zero();
      offsets[n] = 0;
    }
  }
  // Adds the block b of every token, times weights `w` and their scale in each half of the block.
  void add(const Q8Row* x, int b, I8 w, float low, float high) {
    for (int n = 0; n < N; ++n) {
      const F8 products = dot(w, I8::load(x[n].q + b * kBlock));
      const float d = x[n].scale[b];
      dots[n] = fma(products, F8::halves(low * d, high * d), dots[n]);
    }
  }
  void add(const Q8Row* x, int b, I8 w, float scale) {
    for (int n = 0; n < N; ++n) {
      const F8 products = dot(w, I8::load(x[n].q + b * kBlock));
      dots[n] = fma(products, F8::all(scale * x[n].scale[b]), dots[n]);
    }
  }
  void add_offset(const Q8Row* x, int b, float offset) {
    for (int n = 0; n < N; ++n) offsets[n] += offset * x[n].sum[b];
  }
  void finish(float* out) const {
    for (int n = 0; n < N; ++n) out[n] = sum(dots[n]) + offsets[n];
  }
};

struct DotQ8_0 {
  template <class Sink>
  static void block(const BlockQ8_0& w, const Q8Row* x, int b, Sink& totals) {
    totals.add(x, b, I8::load(w.q), half_to_float(w.d));
  }
  using Block = BlockQ8_0;
  static constexpr int kParts = 1;
  static constexpr int kGranule = 32;  // weights that share a scale
  static constexpr bool kHasOffset = false;
};

struct DotQ4_0 {
  template <class Sink>
  static void block(const BlockQ4_0& w, const Q8Row* x, int b, Sink& totals) {
    const I8 nibbles = I8::split_nibbles(I8::load_halves(w.q));
    totals.add(x, b, minus(nibbles, 8), half_to_float(w.d));
  }
  using Block = BlockQ4_0;
  static constexpr int kParts = 1;
  static constexpr int kGranule = 32;  // weights that share a scale
  static constexpr bool kHasOffset = false;
};

struct DotQ4_1 {
  template <class Sink>
  static void block(const BlockQ4_1& w, const Q8Row* x, int b, Sink& totals) {
    totals.add(x, b, I8::split_nibbles(I8::load_halves(w.q)), half_to_float(w.d));
    totals.add_offset(x, b, half_to_float(w.m));
  }
  using Block = BlockQ4_1;
  static constexpr int kParts = 1;
  static constexpr int kGranule = 32;  // weights that share a scale
  static constexpr bool kHasOffset = true;
};

// Scale and min of part j of a Q4_K block, six bits each.
inline void unpack_q4_k(const uint8_t* s, int j, int& scale, int& low) {
  if (j < 4) {
    scale = s[j] & 63;
    low = s[j + 4] & 63;
  } else {
    scale = (s[j + 4] & 15) | ((s[j - 4] >> 6) << 4);
    low = (s[j + 4] >> 4) | ((s[j] >> 6) << 4);
  }
}

struct DotQ4_K {
  template <class Sink>
  static void block(const BlockQ4_K& w, const Q8Row* x, int b, Sink& totals) {
    const float d = half_to_float(w.d), dmin = half_to_float(w.dmin);
    for (int j = 0; j < 8; j += 2) {
      const I8 bytes = I8::load(w.q + j * 16);
      int scale, low;
      unpack_q4_k(w.scales, j, scale, low);
      totals.add(x, b + j, shift_right<0, 15>(bytes), d * static_cast<float>(scale));
      totals.add_offset(x, b + j, -dmin * static_cast<float>(low));
      unpack_q4_k(w.scales, j + 1, scale, low);
      totals.add(x, b + j + 1, shift_right<4, 15>(bytes), d * static_cast<float>(scale));
      totals.add_offset(x, b + j + 1, -dmin * static_cast<float>(low));
    }
  }
  using Block = BlockQ4_K;
  static constexpr int kParts = 8;
  static constexpr int kGranule = 32;  // weights that share a scale
  static constexpr bool kHasOffset = true;
};

struct DotQ6_K {
  template <class Sink>
  static void block(const BlockQ6_K& w, const Q8Row* x, int b, Sink& totals) {
    const float d = half_to_float(w.d);
    for (int half = 0; half < 2; ++half) {
      const I8 low_a = I8::load(w.low + half * 64), low_b = I8::load(w.low + half * 64 + 32);
      const I8 high = I8::load(w.high + half * 32);
      const I8 parts[4] = {
          shift_right<0, 15>(low_a) | shift_left<4>(shift_right<0, 3>(high)),
          shift_right<0, 15>(low_b) | shift_left<4>(shift_right<2, 3>(high)),
          shift_right<4, 15>(low_a) | shift_left<4>(shift_right<4, 3>(high)),
          shift_right<4, 15>(low_b) | shift_left<4>(shift_right<6, 3>(high)),
      };
      for (int i = 0; i < 4; ++i) {
        const int8_t* scale = w.scales + half * 8 + i * 2;
        totals.add(x, b + half * 4 + i, minus(parts[i], 32), d * static_cast<float>(scale[0]),
                   d * static_cast<float>(scale[1]));
      }
    }
  }
  using Block = BlockQ6_K;
  static constexpr int kParts = 8;
  static constexpr int kGranule = 16;  // weights that share a scale
  static constexpr bool kHasOffset = false;
};

// out[n] = row . x[n] for a row of blocks.
template <class Dot>
struct Quantized {
  template <int N>
  static void run(const uint8_t* row, const uint8_t* const* x, int columns, float* out) {
    Q8Row tokens[N];
    for (int n = 0; n < N; ++n) tokens[n] = q8_row(x[n], columns);
    Totals<N> totals;
    const auto* blocks = reinterpret_cast<const typename Dot::Block*>(row);
    const int count = columns / (Dot::kParts * kBlock);
    for (int i = 0; i < count; ++i) Dot::block(blocks[i], tokens, i * Dot::kParts, totals);
    totals.finish(out);
  }
};

inline V load_weight(const float* p) { return V::load(p); }
inline float load_weight_one(const float* p) { return *p; }
inline V load_weight(const Half* p) { return V::load(p); }
inline float load_weight_one(const Half* p) { return half_to_float(*p); }

struct Bf16 {
  uint16_t bits;
};
inline V load_weight(const Bf16* p) { return load_bf16(&p->bits); }
inline float load_weight_one(const Bf16* p) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(p->bits) << 16);
}

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
      const V a = load_weight(w + i), b = load_weight(w + i + V::lanes);
      for (int n = 0; n < N; ++n) {
        const float* values = reinterpret_cast<const float*>(x[n]) + i;
        first[n] = fma(a, V::load(values), first[n]);
        second[n] = fma(b, V::load(values + V::lanes), second[n]);
      }
    }
    for (int n = 0; n < N; ++n) out[n] = sum(first[n] + second[n]);
    for (; i < columns; ++i) {
      const float a = load_weight_one(w + i);
      for (int n = 0; n < N; ++n) out[n] += a * reinterpret_cast<const float*>(x[n])[i];
    }
  }
};
