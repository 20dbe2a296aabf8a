// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 with scales of their parts, and ternary ones. decode32.inl explains `decode`.

// Calls body(j) for each part, with a j that is known to the compiler: all shifts are constants.
template <int kPart>
struct Part {
  constexpr operator int() const { return kPart; }
};
template <class Body>
inline void each_part(const Body& body) {
  body(Part<0>());
  body(Part<1>());
  body(Part<2>());
  body(Part<3>());
  body(Part<4>());
  body(Part<5>());
  body(Part<6>());
  body(Part<7>());
}

inline float product(float d, int scale) { return d * static_cast<float>(scale); }

// Part j of weights of two bits, four of which share a byte.
inline I8 two_bits(const uint8_t* q, int j) {
  return shift_right(I8::load(q + j / 4 * 32), j % 4 * 2, 3);
}
// Part j of weights of four bits.
inline I8 four_bits(const uint8_t* q, int j) {
  return shift_right(I8::load(q + j / 2 * 32), j % 2 * 4, 15);
}
// The bits that all parts share bytes for: those of part j, moved up by `left`.
inline I8 bit_of_part(const uint8_t* bits, int j, int left) {
  return shift_left(shift_right(I8::load(bits), j, 1), left);
}

inline I8 codes(const BlockQ2_K& w, int j) { return two_bits(w.q, j); }
inline int granule_scale(const BlockQ2_K& w, int i) { return w.scales[i]; }  // and its minimum
template <class Sink>
void decode(const BlockQ2_K& w, Sink& sink) {
  const float d = half_to_float(w.d), dmin = half_to_float(w.dmin);
  each_part([&](auto j) {
    const int a = w.scales[2 * j], b = w.scales[2 * j + 1];
    sink.add(j, codes(w, j), product(d, a & 15), product(d, b & 15));
    sink.add_offset(j, -product(dmin, a >> 4), -product(dmin, b >> 4));
  });
}

// Scale i of sixteen: four bits are a nibble of the first eight bytes, two lie in the last four.
inline int granule_scale(const BlockQ3_K& w, int i) {
  const uint8_t* s = w.scales;
  const int low = s[i % 8] >> (i / 8 * 4) & 15, high = s[8 + i % 4] >> (i / 4 * 2) & 3;
  return (low | high << 4) - 32;
}
inline I8 codes(const BlockQ3_K& w, int j) {
  return two_bits(w.low, j) | bit_of_part(w.high, j, 2);
}
template <class Sink>
void decode(const BlockQ3_K& w, Sink& sink) {
  const float d = half_to_float(w.d);
  each_part([&](auto j) {
    sink.add(j, codes(w, j) - I8::all(4), product(d, granule_scale(w, 2 * j)),
             product(d, granule_scale(w, 2 * j + 1)));
  });
}

// Scale and min of part j of a Q4_K or Q5_K block, six bits each.
inline void unpack_q4_k(const uint8_t* s, int j, int& scale, int& low) {
  if (j < 4) {
    scale = s[j] & 63;
    low = s[j + 4] & 63;
  } else {
    scale = (s[j + 4] & 15) | ((s[j - 4] >> 6) << 4);
    low = (s[j + 4] >> 4) | ((s[j] >> 6) << 4);
  }
}
inline I8 codes(const BlockQ4_K& w, int j) { return four_bits(w.q, j); }
inline I8 codes(const BlockQ5_K& w, int j) { return four_bits(w.q, j) | bit_of_part(w.high, j, 4); }
// What Q4_K and Q5_K have in common.
template <class Block, class Sink>
void decode_with_mins(const Block& w, Sink& sink) {
  const float d = half_to_float(w.d), dmin = half_to_float(w.dmin);
  each_part([&](auto j) {
    int scale, low;
    unpack_q4_k(w.scales, j, scale, low);
    sink.add(j, codes(w, j), product(d, scale));
    sink.add_offset(j, -product(dmin, low));
  });
}
template <class Sink>
void decode(const BlockQ4_K& w, Sink& sink) {
  decode_with_mins(w, sink);
}
template <class Sink>
void decode(const BlockQ5_K& w, Sink& sink) {
  decode_with_mins(w, sink);
}

inline I8 codes(const BlockQ6_K& w, int j) {
  const uint8_t* low = w.low + j / 4 * 64 + j % 2 * 32;
  return shift_right(I8::load(low), j % 4 / 2 * 4, 15) | shift_left(two_bits(w.high, j), 4);
}
inline int granule_scale(const BlockQ6_K& w, int i) { return w.scales[i]; }
template <class Sink>
void decode(const BlockQ6_K& w, Sink& sink) {
  const float d = half_to_float(w.d);
  each_part([&](auto j) {
    sink.add(j, codes(w, j) - I8::all(32), product(d, w.scales[2 * j]),
             product(d, w.scales[2 * j + 1]));
  });
}

template <>
inline constexpr bool has_table<BlockIQ4_XS> = true;
inline I8 codes(const BlockIQ4_XS& w, int j) { return nibbles(w.q + 16 * j); }
inline int granule_scale(const BlockIQ4_XS& w, int j) {
  const int low = w.scales_low[j / 2] >> (j % 2 * 4) & 15, high = w.scales_high >> (2 * j) & 3;
  return (low | high << 4) - 32;
}
template <class Sink>
void decode(const BlockIQ4_XS& w, Sink& sink) {
  const float d = half_to_float(w.d);
  each_part([&](auto j) {
    sink.add(j, I8::look_up(kValuesIQ4, codes(w, j)), product(d, granule_scale(w, j)));
  });
}

// Digit n, in base 3, of `count` bytes: fractions of 256.
inline void base3_digits(const uint8_t* q, int count, int n, int8_t* out) {
  constexpr int kPowers[] = {1, 3, 9, 27, 81};
  for (int i = 0; i < count; ++i) {
    out[i] = static_cast<int8_t>(static_cast<uint8_t>(q[i] * kPowers[n]) * 3 >> 8);
  }
}
template <class Sink>
void decode(const BlockTQ1_0& w, Sink& sink) {
  int8_t digits[256];
  for (int n = 0; n < 5; ++n) {
    base3_digits(w.q, 32, n, digits + 32 * n);
    base3_digits(w.q + 32, 16, n, digits + 160 + 16 * n);
  }
  for (int n = 0; n < 4; ++n) base3_digits(w.rest, 4, n, digits + 240 + 4 * n);
  each_part(
      [&](int j) { sink.add(j, I8::load(digits + 32 * j) - I8::all(1), half_to_float(w.d)); });
}
template <class Sink>
void decode(const BlockTQ2_0& w, Sink& sink) {
  each_part([&](auto j) { sink.add(j, two_bits(w.q, j) - I8::all(1), half_to_float(w.d)); });
}
