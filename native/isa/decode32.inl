// SPDX-License-Identifier: Apache-2.0
// What the blocks of the weight types hold: one function for each, which products and
// dequantisation share. It tells a `sink` about every part j of 32 weights:
//
//   sink.add(j, q, scale) or sink.add(j, q, low, high)  w = scale * q, one scale for each half
//   sink.add_offset(j, m) or (j, low, high)             then w += m
//
// q are int8. The scales are computed as the `gguf` package does, so that the weights are bit for
// bit its own. This file: types with one scale for a block.

inline uint32_t load_u32(const uint8_t* p) {
  uint32_t value;
  __builtin_memcpy(&value, p, sizeof value);
  return value;
}
inline uint64_t load_u64(const uint8_t* p) {
  uint64_t value;
  __builtin_memcpy(&value, p, sizeof value);
  return value;
}

inline I8 nibbles(const uint8_t* q) { return I8::split_nibbles(I8::load_halves(q)); }
inline I8 five_bits(const uint8_t* q, const uint8_t* high) {
  return nibbles(q) | (I8::mask(load_u32(high)) & I8::all(16));
}

// The table in which codes of a type are looked up, if it has one.
template <class Block>
inline constexpr bool has_table = false;
template <class Block>
inline constexpr const int8_t (&table_of)[16] = kValuesIQ4;
template <>
inline constexpr bool has_table<BlockIQ4_NL> = true;
template <>
inline constexpr bool has_table<BlockMXFP4> = true;
template <>
inline constexpr const int8_t (&table_of<BlockMXFP4>)[16] = kValuesFP4;

// codes(w, j) are those of part j as they are stored, unsigned.
inline I8 codes(const BlockQ4_0& w, int) { return nibbles(w.q); }
inline I8 codes(const BlockQ4_1& w, int) { return nibbles(w.q); }
inline I8 codes(const BlockQ5_0& w, int) { return five_bits(w.q, w.high); }
inline I8 codes(const BlockQ5_1& w, int) { return five_bits(w.q, w.high); }
inline I8 codes(const BlockQ8_0& w, int) { return I8::load(w.q) + I8::all(128); }
inline I8 codes(const BlockIQ4_NL& w, int) { return nibbles(w.q); }
inline I8 codes(const BlockMXFP4& w, int) { return nibbles(w.q); }

template <class Sink>
void decode(const BlockQ4_0& w, Sink& sink) {
  sink.add(0, codes(w, 0) - I8::all(8), half_to_float(w.d));
}
template <class Sink>
void decode(const BlockQ4_1& w, Sink& sink) {
  sink.add(0, codes(w, 0), half_to_float(w.d));
  sink.add_offset(0, half_to_float(w.m));
}
template <class Sink>
void decode(const BlockQ5_0& w, Sink& sink) {
  sink.add(0, codes(w, 0) - I8::all(16), half_to_float(w.d));
}
template <class Sink>
void decode(const BlockQ5_1& w, Sink& sink) {
  sink.add(0, codes(w, 0), half_to_float(w.d));
  sink.add_offset(0, half_to_float(w.m));
}
template <class Sink>
void decode(const BlockQ8_0& w, Sink& sink) {
  sink.add(0, I8::load(w.q), half_to_float(w.d));
}
template <class Sink>
void decode(const BlockIQ4_NL& w, Sink& sink) {
  sink.add(0, I8::look_up(kValuesIQ4, codes(w, 0)), half_to_float(w.d));
}

// 2^(e - 128): half of the scale, since the values are doubled. The lowest two are subnormal.
inline float half_power(uint8_t e) {
  const uint32_t bits = e < 2 ? 0x00200000u << e : static_cast<uint32_t>(e - 1) << 23;
  return __builtin_bit_cast(float, bits);
}
template <class Sink>
void decode(const BlockMXFP4& w, Sink& sink) {
  sink.add(0, I8::look_up(kValuesFP4, codes(w, 0)), half_power(w.e));
}

template <int kGroup, class Sink>
void decode(const BlockQ4Group<kGroup>& w, Sink& sink) {
  const float d = half_to_float(w.d);
  const I8 zero = I8::all(w.zero);
  for (int j = 0; j < kGroup / kBlock; ++j) sink.add(j, nibbles(w.q + 16 * j) - zero, d);
}

template <class Sink>
void decode(const BlockNVFP4& w, Sink& sink) {
  constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
  for (int j = 0; j < 2; ++j) {
    const uint64_t a = load_u64(w.q + 16 * j), b = load_u64(w.q + 16 * j + 8);
    const I8 q = I8::join(a & kLow, a >> 4 & kLow, b & kLow, b >> 4 & kLow);
    sink.add(j, I8::look_up(kValuesFP4, q), kHalfE4M3.at[w.d[2 * j]], kHalfE4M3.at[w.d[2 * j + 1]]);
  }
}
