// SPDX-License-Identifier: Apache-2.0
// Kernels that pass once over their data: norm, quantisation, rotation, sums, gates.

void rms_norm(const RmsNormArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const float* x = a.x + r * a.x_stride;
    float* out = a.out + r * a.out_stride;
    const float mean = dot_product(x, x, a.width) / static_cast<float>(a.width);
    const float factor = 1.0f / __builtin_sqrtf(mean + a.eps);
    int i = 0;
    for (; i + V::lanes <= a.width; i += V::lanes) {
      (V::load(x + i) * V::all(factor) * V::load(a.weight + i)).store(out + i);
    }
    for (; i < a.width; ++i) out[i] = x[i] * factor * a.weight[i];
  }
}

inline float largest_magnitude(const float* x) {  // of a block
  V most = V::zero();
  for (int i = 0; i < kBlock; i += V::lanes) {
    const V v = V::load(x + i);
    most = max(most, max(v, V::zero() - v));
  }
  return largest(most);
}

// LIMITS finite values. ERROR at most half a step of largest / 127 per value.
void quantize(const QuantizeArgs& a, Range blocks) noexcept {
  const int per_row = a.width / kBlock;
  for (int64_t item = blocks.begin; item < blocks.end; ++item) {
    const int64_t row = item / per_row, b = item % per_row;
    const float* x =
        a.x + row / a.groups * a.token_stride + row % a.groups * a.group_stride + b * kBlock;
    uint8_t* out = a.out + row * q8_row_bytes(a.width);
    int8_t* q = reinterpret_cast<int8_t*>(out) + b * kBlock;
    float* scales = reinterpret_cast<float*>(out + a.width);
    const float largest_x = largest_magnitude(x);
    const bool vanishes = largest_x < 1e-30f;  // its inverse would not be finite
    const float step = vanishes ? 0.0f : largest_x / 127.0f;
    const float inverse = vanishes ? 0.0f : 127.0f / largest_x;
    int totals[2] = {0, 0};  // of the halves
    for (int i = 0; i < kBlock; i += V::lanes) {
      float rounded[V::lanes];
      V::round(V::load(x + i) * V::all(inverse)).store(rounded);
      for (int j = 0; j < V::lanes; ++j) {
        q[i + j] = static_cast<int8_t>(static_cast<int>(rounded[j]));
        totals[(i + j) / (kBlock / 2)] += q[i + j];
      }
    }
    scales[b] = step;
    scales[per_row + b] = step * static_cast<float>(totals[0] + totals[1]);
    float* half_sums = scales + 2 * per_row + 2 * b;
    for (int h = 0; h < 2; ++h) half_sums[h] = step * static_cast<float>(totals[h]);
  }
}

// To nearest, ties to even; NaN stays NaN.
inline uint16_t float_to_bf16(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  const uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  return static_cast<uint16_t>((x == x ? rounded : bits | 0x400000u) >> 16);
}

void to_bf16(const ToBf16Args& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const int64_t t = r / a.groups, g = r % a.groups;
    const float* x = a.x + t * a.token_stride + g * a.group_stride;
    uint16_t* out = a.out + t * a.out_token + g * a.out_group;
    for (int i = 0; i < a.width; ++i) out[i] = float_to_bf16(x[i]);
  }
}

void rope(const RopeArgs& a, Range tokens) noexcept {
  const int near = a.interleaved ? 2 : 1, far = a.interleaved ? 1 : a.pairs;
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    const float* table = a.table + t * a.pairs * 2;
    for (int h = 0; h < a.heads; ++h) {
      const float* x = a.x + t * a.x_token + h * a.x_head;
      float* out = a.out + t * a.out_token + h * a.out_head;
      for (int p = 0; p < a.pairs; ++p) {
        const float first = x[p * near], second = x[p * near + far];
        const float cosine = table[2 * p], sine = table[2 * p + 1];
        out[p * near] = first * cosine - second * sine;
        out[p * near + far] = first * sine + second * cosine;
      }
    }
  }
}

template <class Value>
inline void convert(const float* x, Value* out, int width) {
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) V::load(x + i).store(out + i);
  for (; i < width; ++i) store_one(out + i, x[i]);
}

void store_rows(const StoreRowsArgs& a, Range tokens) noexcept {
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    const float* row = a.rows + t * a.rows_stride;
    const int64_t at = a.positions[t] * a.cache_stride;
    if (a.is_f16) {
      convert(row, static_cast<Half*>(a.cache) + at, a.width);
    } else {
      convert(row, static_cast<float*>(a.cache) + at, a.width);
    }
  }
}

// Calls body(first, end) for the elements of each item.
template <class Body>
inline void for_chunks(Range chunks, int64_t count, const Body& body) {
  for (int64_t c = chunks.begin; c < chunks.end; ++c) {
    body(c * kChunk, smaller((c + 1) * kChunk, count));
  }
}

void silu_mul(const SiluMulArgs& a, Range chunks) noexcept {
  for_chunks(chunks, a.count, [&](int64_t i, int64_t end) {
    for (; i + V::lanes <= end; i += V::lanes) {
      const V gate = V::load(a.gate + i);
      const V sigmoid = V::all(1.0f) / (V::all(1.0f) + exp(V::zero() - gate));
      (gate * sigmoid * V::load(a.up + i)).store(a.out + i);
    }
    for (; i < end; ++i) a.out[i] = a.gate[i] / (1.0f + exp(-a.gate[i])) * a.up[i];
  });
}

void add(const AddArgs& a, Range chunks) noexcept {
  for_chunks(chunks, a.count, [&](int64_t i, int64_t end) {
    for (; i + V::lanes <= end; i += V::lanes) {
      (V::load(a.x + i) + V::load(a.y + i)).store(a.out + i);
    }
    for (; i < end; ++i) a.out[i] = a.x[i] + a.y[i];
  });
}

void combine(const CombineArgs& a, Range items) noexcept {
  const int per_token = (a.width + kChunk - 1) / kChunk;
  for (int64_t item = items.begin; item < items.end; ++item) {
    const int64_t t = item / per_token, begin = item % per_token * kChunk;
    const int width = static_cast<int>(smaller(kChunk, a.width - begin));
    for (int k = 0; k < a.experts_per_token; ++k) {
      const int64_t pair = t * a.experts_per_token + k;
      add_scaled(a.out + t * a.width + begin, a.weights[pair], a.rows + pair * a.width + begin,
                 width);
    }
  }
}
