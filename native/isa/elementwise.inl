// SPDX-License-Identifier: Apache-2.0
// Kernels that pass once over their data: norm, quantisation, rotation, sums.

void norm_row(const float* x, const float* weight, float* out, int width, float eps) {
  const float mean = dot_product(x, x, width) / static_cast<float>(width);
  const float factor = 1.0f / __builtin_sqrtf(mean + eps);
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) {
    (V::load(x + i) * V::all(factor) * V::load(weight + i)).store(out + i);
  }
  for (; i < width; ++i) out[i] = x[i] * factor * weight[i];
}

void rms_norm(const RmsNormArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const int64_t t = r / a.groups, g = r % a.groups;
    norm_row(a.x + t * a.x_token + g * a.x_group, a.weight,
             a.out + t * a.out_token + g * a.out_group, a.width, a.eps);
  }
}

void add_some(const float* x, const float* y, float* out, int64_t count, float factor) {
  int64_t i = 0;
  for (; i + V::lanes <= count; i += V::lanes) {
    fma(V::all(factor), V::load(y + i), V::load(x + i)).store(out + i);
  }
  for (; i < count; ++i) out[i] = x[i] + factor * y[i];
}

void add_rms_norm(const AddRmsNormArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const int64_t at = r * a.width;
    add_some(a.x + at, a.change + at, a.sum + at, a.width, a.factor);
    norm_row(a.sum + at, a.weight, a.out + at, a.width, a.eps);
  }
}

void quantize(const QuantizeArgs& a, Range blocks) noexcept {
  const int per_row = a.width / kBlock;
  for (int64_t item = blocks.begin; item < blocks.end; ++item) {
    const int64_t row = item / per_row, b = item % per_row;
    const float* x =
        a.x + row / a.groups * a.token_stride + row % a.groups * a.group_stride + b * kBlock;
    quantize_block(x, a.out + row * q8_row_bytes(a.width), a.width, b);
  }
}

void to_bf16(const ToBf16Args& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const int64_t t = r / a.groups, g = r % a.groups;
    const float* x = a.x + t * a.token_stride + g * a.group_stride;
    uint16_t* out = a.out + t * a.out_token + g * a.out_group;
    convert(x, reinterpret_cast<Bf16*>(out), a.width);
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

void store_rows(const StoreRowsArgs& a, Range tokens) noexcept {
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    const float* row = a.rows + t * a.rows_stride;
    uint8_t* out = static_cast<uint8_t*>(a.cache) + a.places[t] * a.cache_row_bytes;
    switch (a.type) {
      case CacheType::kF32: convert(row, reinterpret_cast<float*>(out), a.width); break;
      case CacheType::kF16: convert(row, reinterpret_cast<Half*>(out), a.width); break;
      case CacheType::kBf16: convert(row, reinterpret_cast<Bf16*>(out), a.width); break;
      case CacheType::kQ8_0: convert(row, reinterpret_cast<BlockQ8_0*>(out), a.width); break;
    }
  }
}

void load_rows(const LoadRowsArgs& a, Range rows) noexcept {
  with_type(a.type, a.cache, [&](const auto* first) {
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const auto* row = row_after(first, r * a.cache_row_bytes);
      float* out = a.out + r * a.out_row;
      int i = 0;
      for (; i + V::lanes <= a.width; i += V::lanes) load(row, i).store(out + i);
      for (; i < a.width; ++i) out[i] = load_one(row, i);
      for (int h = 1; h < a.heads; ++h) convert(out, out + h * a.out_head, a.width);
    }
  });
}

void add(const AddArgs& a, Range chunks) noexcept {
  const int64_t begin = chunks.begin * kChunk, end = smaller(chunks.end * kChunk, a.count);
  add_some(a.x + begin, a.y + begin, a.out + begin, end - begin, a.factor);
}

void bias_rows(const BiasRowsArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    float* x = a.x + r * a.x_stride;
    int i = 0;
    for (; i + V::lanes <= a.width; i += V::lanes) {
      (V::load(x + i) + V::load(a.bias + i)).store(x + i);
    }
    for (; i < a.width; ++i) x[i] += a.bias[i];
  }
}

void weigh_rows(const WeighRowsArgs& a, Range rows) noexcept {
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const float weight = a.weights[r * a.weights_stride];
    const float factor = a.is_logit ? 1.0f / (1.0f + exp(-weight)) : weight;
    const float* x = a.x + r * a.x_stride;
    float* out = a.out + r * a.out_stride;
    int i = 0;
    for (; i + V::lanes <= a.width; i += V::lanes) {
      (V::all(factor) * V::load(x + i)).store(out + i);
    }
    for (; i < a.width; ++i) out[i] = factor * x[i];
  }
}
