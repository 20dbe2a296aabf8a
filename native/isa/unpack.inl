// SPDX-License-Identifier: Apache-2.0
// Weights as floats: a row, and `embed`, which looks rows up.

// Where the weights of one block go, as the sink of `decode`.
struct Values {
  float* out;

  void add(int j, I8 w, float low, float high) {
    int8_t q[kBlock];
    w.store(q);
    float* part = out + j * kBlock;
    for (int i = 0; i < kBlock; ++i) {
      part[i] = (i < kBlock / 2 ? low : high) * static_cast<float>(q[i]);
    }
  }
  void add(int j, I8 w, float scale) { add(j, w, scale, scale); }
  void add_offset(int j, float low, float high) {
    float* part = out + j * kBlock;
    for (int i = 0; i < kBlock; ++i) part[i] += i < kBlock / 2 ? low : high;
  }
  void add_offset(int j, float offset) { add_offset(j, offset, offset); }
};

template <class Block>
void unpack_row(const uint8_t* row, int columns, float* out) {
  const auto* blocks = reinterpret_cast<const Block*>(row);
  for (int i = 0; i < columns / Block::kWeights; ++i) {
    Values values{out + i * Block::kWeights};
    decode(blocks[i], values);
  }
}
template <class Weight>
void convert_row(const uint8_t* row, int columns, float* out) {
  const auto* values = reinterpret_cast<const Weight*>(row);
  for (int i = 0; i < columns; ++i) out[i] = load_one(values, i);
}

using Unpack = void (*)(const uint8_t*, int, float*);

inline Unpack unpack_for(WeightType type) {
  switch (type) {
    case WeightType::kF32: return convert_row<float>;
    case WeightType::kF16: return convert_row<Half>;
    case WeightType::kBF16: return convert_row<Bf16>;
#define KT_CASE(name, number) \
  case WeightType::k##name: return unpack_row<Block##name>;
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
  }
  return nullptr;  // the wrappers let no other type through
}

void embed(const EmbedArgs& a, Range tokens) noexcept {
  const Unpack run = unpack_for(a.weight.type);
  const int columns = a.weight.columns;
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    run(a.weight.data + a.tokens[t] * a.weight.row_bytes, columns, a.out + t * columns);
  }
}
