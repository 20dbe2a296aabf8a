// SPDX-License-Identifier: Apache-2.0
// Weights as floats: a block, a row, and `embed`, which looks rows up.

inline void unpack(const BlockQ4_0& w, float* out) {
  const float d = half_to_float(w.d);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>((w.q[i] & 15) - 8);
    out[i + 16] = d * static_cast<float>((w.q[i] >> 4) - 8);
  }
}
inline void unpack(const BlockQ4_1& w, float* out) {
  const float d = half_to_float(w.d), m = half_to_float(w.m);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>(w.q[i] & 15) + m;
    out[i + 16] = d * static_cast<float>(w.q[i] >> 4) + m;
  }
}
inline void unpack(const BlockQ8_0& w, float* out) {
  const float d = half_to_float(w.d);
  for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(w.q[i]);
}
inline void unpack(const BlockQ4_K& w, float* out) {
  const float d = half_to_float(w.d), dmin = half_to_float(w.dmin);
  for (int j = 0; j < 8; ++j) {
    int scale, low;
    unpack_q4_k(w.scales, j, scale, low);
    const float step = d * static_cast<float>(scale), offset = dmin * static_cast<float>(low);
    const uint8_t* q = w.q + j / 2 * 32;
    for (int i = 0; i < 32; ++i) {
      const int nibble = j % 2 ? q[i] >> 4 : q[i] & 15;
      out[j * 32 + i] = step * static_cast<float>(nibble) - offset;
    }
  }
}
inline void unpack(const BlockQ6_K& w, float* out) {
  const float d = half_to_float(w.d);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128, part = i % 128 / 32, lane = i % 32;
    const int byte = w.low[half * 64 + part % 2 * 32 + lane];
    const int low = part < 2 ? byte & 15 : byte >> 4;
    const int high = (w.high[half * 32 + lane] >> (2 * part)) & 3;
    const float step = d * static_cast<float>(w.scales[i / 16]);
    out[i] = step * static_cast<float>((low | high << 4) - 32);
  }
}

template <class Block, int kSize>
void unpack_row(const uint8_t* row, int columns, float* out) {
  const auto* blocks = reinterpret_cast<const Block*>(row);
  for (int i = 0; i < columns / kSize; ++i) unpack(blocks[i], out + i * kSize);
}
template <class Weight>
void convert_row(const uint8_t* row, int columns, float* out) {
  const auto* values = reinterpret_cast<const Weight*>(row);
  for (int i = 0; i < columns; ++i) out[i] = load_weight_one(values + i);
}

void embed(const EmbedArgs& a, Range tokens) noexcept {
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    const uint8_t* row = a.weight.data + a.tokens[t] * a.weight.row_bytes;
    const int columns = a.weight.columns;
    float* out = a.out + t * columns;
    switch (a.weight.type) {
      case WeightType::kF32: convert_row<float>(row, columns, out); break;
      case WeightType::kF16: convert_row<Half>(row, columns, out); break;
      case WeightType::kBF16: convert_row<Bf16>(row, columns, out); break;
      case WeightType::kQ4_0: unpack_row<BlockQ4_0, 32>(row, columns, out); break;
      case WeightType::kQ4_1: unpack_row<BlockQ4_1, 32>(row, columns, out); break;
      case WeightType::kQ8_0: unpack_row<BlockQ8_0, 32>(row, columns, out); break;
      case WeightType::kQ4_K: unpack_row<BlockQ4_K, 256>(row, columns, out); break;
      case WeightType::kQ6_K: unpack_row<BlockQ6_K, 256>(row, columns, out); break;
    }
  }
}
