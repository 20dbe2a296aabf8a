// SPDX-License-Identifier: Apache-2.0
// Weights of one type made anew as weights of another: to the nearest value of a block whose scale
// follows from its largest weights alone.
// COST reads the blocks once; some 3 operations a weight. ERROR half a step of the new codes.

// The least and the largest of some values and zero.
struct Extent {
  float least, most;
};
inline Extent extent_of(const float* x, int count) {
  V least = V::zero(), most = V::zero();
  for (int i = 0; i < count; i += V::lanes) {
    least = min(least, V::load(x + i));
    most = max(most, V::load(x + i));
  }
  return {-largest(V::zero() - least), largest(most)};
}

// 32 codes of four bits as two nibbles of sixteen bytes. Those above 15 become 15.
inline void store_nibbles(const V (&codes)[kBlock / V::lanes], uint8_t* q) {
  float values[kBlock];
  for (int i = 0; i < kBlock; i += V::lanes) {
    min(codes[i / V::lanes], V::all(15.0f)).store(values + i);
  }
  for (int i = 0; i < kBlock / 2; ++i) {
    const int low = static_cast<int>(values[i]), high = static_cast<int>(values[i + kBlock / 2]);
    q[i] = static_cast<uint8_t>(low | high << 4);
  }
}

// As GGML makes these blocks: the weight farthest from zero gets the code 0.
inline void encode(const float* x, BlockQ4_0& w) {
  const Extent extent = extent_of(x, kBlock);
  const float d = (extent.most > -extent.least ? extent.most : extent.least) / -8.0f;
  const V inverse = V::all(d == 0.0f ? 0.0f : 1.0f / d), half_up = V::all(8.5f);
  V codes[kBlock / V::lanes];
  for (int i = 0; i < kBlock; i += V::lanes) {
    codes[i / V::lanes] = V::load(x + i) * inverse + half_up;
  }
  w.d = float_to_half(d);
  store_nibbles(codes, w.q);
}

// Fifteen steps from the least weight to the largest, one of which ends at zero.
template <int kGroup>
void encode(const float* x, BlockQ4Group<kGroup>& w) {
  const Extent extent = extent_of(x, kGroup);
  w.d = float_to_half((extent.most - extent.least) / 15.0f);
  const float d = half_to_float(w.d), inverse = d == 0.0f ? 0.0f : 1.0f / d;
  const float zero = extent.least * -inverse + 0.5f;
  w.zero = static_cast<uint8_t>(zero < 15.0f ? zero : 15.0f);
  w.unused = 0;
  const V shift = V::all(static_cast<float>(w.zero));
  for (int part = 0; part < kGroup; part += kBlock) {
    V codes[kBlock / V::lanes];
    for (int i = 0; i < kBlock; i += V::lanes) {
      const V code = V::round(V::load(x + part + i) * V::all(inverse) + shift);
      codes[i / V::lanes] = max(code, V::zero());
    }
    store_nibbles(codes, w.q + part / 2);
  }
}

template <class Block>
void encode_row(const float* x, int columns, uint8_t* out) {
  auto* blocks = reinterpret_cast<Block*>(out);
  for (int i = 0; i < columns / Block::kWeights; ++i) encode(x + i * Block::kWeights, blocks[i]);
}
template <class Value>
void convert_to(const float* x, int columns, uint8_t* out) {
  convert(x, reinterpret_cast<Value*>(out), columns);
}

using Encode = void (*)(const float*, int, uint8_t*);

inline Encode encode_for(WeightType type) {
  switch (type) {
    case WeightType::kF16: return convert_to<Half>;
    case WeightType::kBF16: return convert_to<Bf16>;
    case WeightType::kQ8_0: return convert_to<BlockQ8_0>;
    case WeightType::kQ4_0: return encode_row<BlockQ4_0>;
    case WeightType::kQ4_G32: return encode_row<BlockQ4_G32>;
    case WeightType::kQ4_G64: return encode_row<BlockQ4_G64>;
    case WeightType::kQ4_G128: return encode_row<BlockQ4_G128>;
    default: return nullptr;  // the wrappers let no other type through
  }
}

void requantize(const RequantizeArgs& a, Range rows) noexcept {
  constexpr int kTogether = 256;  // whole blocks of every type
  const Unpack unpack = unpack_for(a.weight.type);
  const Encode encode = encode_for(a.type);
  const int columns = a.weight.columns;
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const uint8_t* from = a.weight.data + r * a.weight.row_bytes;
    uint8_t* to = a.out + r * a.out_row_bytes;
    for (int first = 0; first < columns; first += kTogether) {
      const int count = static_cast<int>(smaller(kTogether, columns - first));
      float values[kTogether];
      unpack(from + first * a.weight.row_bytes / columns, count, values);
      encode(values, count, to + first * a.out_row_bytes / columns);
    }
  }
}
