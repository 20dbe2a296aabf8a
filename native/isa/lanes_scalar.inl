// SPDX-License-Identifier: Apache-2.0
// Sixteen rows side by side without vector instructions. lanes512.inl says what the functions do.

struct Codes {
  uint8_t v[64];
  static Codes all(int x) {
    Codes r;
    __builtin_memset(r.v, x, sizeof r.v);
    return r;
  }
  static Codes load(const void* p) {
    Codes r;
    __builtin_memcpy(r.v, p, sizeof r.v);
    return r;
  }
  void store(void* p) const { __builtin_memcpy(p, v, sizeof v); }
  static Codes look_up(const int8_t (&table)[16], Codes indices) {
    for (uint8_t& x : indices.v) x = static_cast<uint8_t>(table[x]);
    return indices;
  }
};
Codes operator|(Codes a, Codes b) {
  for (int i = 0; i < 64; ++i) a.v[i] |= b.v[i];
  return a;
}
Codes operator-(Codes a, Codes b) {
  for (int i = 0; i < 64; ++i) a.v[i] = static_cast<uint8_t>(a.v[i] - b.v[i]);
  return a;
}
Codes operator+(Codes a, Codes b) {
  for (int i = 0; i < 64; ++i) a.v[i] = static_cast<uint8_t>(a.v[i] + b.v[i]);
  return a;
}
Codes shift_right(Codes a, int bits, int mask) {
  for (uint8_t& x : a.v) x = static_cast<uint8_t>(x >> bits & mask);
  return a;
}
Codes shift_left(Codes a, int bits) {
  for (uint8_t& x : a.v) x = static_cast<uint8_t>(x << bits);
  return a;
}

struct Pairs {
  int16_t v[32];
};
inline Pairs add_now(Pairs a, Pairs b) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<int16_t>(a.v[i] + b.v[i]);
  return a;
}
inline Pairs pair_products(Codes w, int32_t x) {
  int8_t values[4];
  __builtin_memcpy(values, &x, 4);
  Pairs r;
  for (int i = 0; i < 32; ++i) {
    const int8_t* q = values + i % 2 * 2;
    r.v[i] = static_cast<int16_t>(w.v[2 * i] * q[0] + w.v[2 * i + 1] * q[1]);
  }
  return r;
}
struct Sums {
  int32_t v[16];
  static Sums zero() { return {}; }
  static Sums of(Pairs pairs) {
    Sums r;
    for (int i = 0; i < 16; ++i) r.v[i] = pairs.v[2 * i] + pairs.v[2 * i + 1];
    return r;
  }
};
inline Sums operator+(Sums a, Sums b) {
  for (int i = 0; i < 16; ++i) a.v[i] += b.v[i];
  return a;
}

struct Floats16 {
  float v[16];
  template <class Value>
  static Floats16 each(const Value& value) {
    Floats16 r;
    for (int i = 0; i < 16; ++i) r.v[i] = value(i);
    return r;
  }
  static Floats16 zero() { return {}; }
  static Floats16 all(float x) {
    return each([=](int) { return x; });
  }
  static Floats16 load(const float* p) {
    return each([=](int i) { return p[i]; });
  }
  static Floats16 of(Sums sums) {
    return each([&](int i) { return static_cast<float>(sums.v[i]); });
  }
  static Floats16 of_halves(const uint8_t* p) {
    return each(
        [=](int i) { return half_to_float(static_cast<Half>(p[2 * i] | p[2 * i + 1] << 8)); });
  }
  static Floats16 of_bytes(const uint8_t* p) {
    return each([=](int i) { return static_cast<float>(p[i]); });
  }
  static Floats16 of_signed_bytes(const uint8_t* p) {
    return each([=](int i) { return static_cast<float>(static_cast<int8_t>(p[i])); });
  }
  static Floats16 of_low_nibbles(const uint8_t* p) {
    return each([=](int i) { return static_cast<float>(p[i] & 15); });
  }
  static Floats16 of_high_nibbles(const uint8_t* p) {
    return each([=](int i) { return static_cast<float>(p[i] >> 4); });
  }
  static Floats16 of_powers(const uint8_t* p) {
    return each([=](int i) {
      const uint32_t bits = p[i] ? static_cast<uint32_t>(p[i]) << 23 : 0x00400000u;
      return 0.5f * __builtin_bit_cast(float, bits);
    });
  }
  void store(float* p) const { __builtin_memcpy(p, v, sizeof v); }
};
Floats16 operator*(Floats16 a, Floats16 b) {
  for (int i = 0; i < 16; ++i) a.v[i] *= b.v[i];
  return a;
}
Floats16 fma(Floats16 a, Floats16 b, Floats16 c) {
  for (int i = 0; i < 16; ++i) c.v[i] += a.v[i] * b.v[i];
  return c;
}

constexpr bool kTakesWideCodes = true;
constexpr bool kHasPairs = true;
template <class Byte>
Sums add_products(Sums sums, Codes w, int32_t x) {
  int8_t values[4];
  __builtin_memcpy(values, &x, 4);
  for (int i = 0; i < 64; ++i) sums.v[i / 4] += static_cast<Byte>(w.v[i]) * values[i % 4];
  return sums;
}
Sums dot(Sums sums, Codes w, int32_t x) { return add_products<uint8_t>(sums, w, x); }
Sums dot_signed(Sums sums, Codes w, int32_t x) { return add_products<int8_t>(sums, w, x); }
