// SPDX-License-Identifier: Apache-2.0
// Build of every kernel without vector instructions: the fallback, and what the others are tested
// against.
#include "kt/kernels.h"

namespace kt::scalar {
namespace {

inline float half_to_float(Half half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  uint32_t bits;
  if (exponent == 0) {  // zero and subnormals: the mantissa counts units of 2^-24
    const float magnitude = static_cast<float>(mantissa) * 5.9604644775390625e-8f;
    return sign ? -magnitude : magnitude;
  }
  if (exponent == 31) {
    bits = sign | 0x7f800000u | (mantissa << 13);
  } else {
    bits = sign | ((exponent + 112) << 23) | (mantissa << 13);
  }
  return __builtin_bit_cast(float, bits);
}

// Rounds to nearest, ties to even, as the vector instructions do.
inline Half float_to_half(float value) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, value);
  const Half sign = static_cast<Half>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;   // NaN
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;  // rounds beyond the largest
  if (magnitude < 0x38800000u) {                        // subnormal: adding 0.5 shifts and rounds
    const float shifted = __builtin_bit_cast(float, magnitude) + 0.5f;
    return sign | static_cast<Half>(__builtin_bit_cast(uint32_t, shifted) - 0x3f000000u);
  }
  const uint32_t odd = (magnitude >> 13) & 1u;
  return sign | static_cast<Half>((magnitude - 0x38000000u + 0xfffu + odd) >> 13);
}

struct V {  // one float
  static constexpr int lanes = 1;
  float v;
  static V zero() { return {0.0f}; }
  static V all(float x) { return {x}; }
  static V load(const float* p) { return {*p}; }
  static V load(const Half* p) { return {half_to_float(*p)}; }
  static V load(const int8_t* p) { return {static_cast<float>(*p)}; }
  void store(float* p) const { *p = v; }
  void store(Half* p) const { *p = float_to_half(v); }
  // x * 2^n for integral n of a size that keeps the result normal
  static V scale_by_power(V x, V n) {
    const uint32_t exponent = static_cast<uint32_t>(static_cast<int>(n.v) + 127) << 23;
    return {x.v * __builtin_bit_cast(float, exponent)};
  }
  // Ties to even: at 1.5 * 2^23 a float has no fraction. For magnitudes below 2^22.
  static V round(V x) { return {(x.v + 12582912.0f) - 12582912.0f}; }
};
V operator+(V a, V b) { return {a.v + b.v}; }
V operator-(V a, V b) { return {a.v - b.v}; }
V operator*(V a, V b) { return {a.v * b.v}; }
V operator/(V a, V b) { return {a.v / b.v}; }
V fma(V a, V b, V c) { return {a.v * b.v + c.v}; }
V max(V a, V b) { return {a.v > b.v ? a.v : b.v}; }
V min(V a, V b) { return {a.v < b.v ? a.v : b.v}; }
V where_less(V a, V b, V x, V y) { return a.v < b.v ? x : y; }
void transpose(V (&)[V::lanes]) {}
float sum(V a) { return a.v; }
float largest(V a) { return a.v; }
V load_bf16(const uint16_t* p) {
  return {__builtin_bit_cast(float, static_cast<uint32_t>(*p) << 16)};
}

// To nearest, ties to even; NaN becomes the quiet one.
inline void store_bf16(V x, uint16_t* p) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x.v);
  const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  *p = static_cast<uint16_t>(x.v != x.v ? 0x7fc0u : rounded);
}

struct F8 {  // eight floats
  float v[8];
  static F8 zero() { return {}; }
  static F8 halves(float low, float high) {  // lanes 0 to 3, lanes 4 to 7
    F8 r;
    for (int i = 0; i < 8; ++i) r.v[i] = i < 4 ? low : high;
    return r;
  }
  static F8 all(float x) { return halves(x, x); }
};
F8 fma(F8 a, F8 b, F8 c) {
  for (int i = 0; i < 8; ++i) c.v[i] += a.v[i] * b.v[i];
  return c;
}
float sum(F8 a) {
  float total = 0;
  for (float x : a.v) total += x;
  return total;
}

struct I8 {  // 32 bytes
  uint8_t v[32];
  static I8 all(int x) {
    I8 r;
    __builtin_memset(r.v, x, 32);
    return r;
  }
  static I8 load(const void* p) {
    I8 r;
    __builtin_memcpy(r.v, p, 32);
    return r;
  }
  static I8 load_halves(const uint8_t* p) {  // the same 16 bytes twice
    I8 r;
    __builtin_memcpy(r.v, p, 16);
    __builtin_memcpy(r.v + 16, p, 16);
    return r;
  }
  static I8 join(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {  // a has the first eight
    const uint64_t parts[4] = {a, b, c, d};
    return load(parts);
  }
  static I8 mask(uint32_t bits) {  // byte i is all ones where bit i is one
    I8 r;
    for (int i = 0; i < 32; ++i) r.v[i] = bits >> i & 1 ? 255 : 0;
    return r;
  }
  // The low nibbles of the first half, the high nibbles of the second.
  static I8 split_nibbles(I8 a) {
    for (int i = 0; i < 32; ++i) a.v[i] = i < 16 ? a.v[i] & 15 : a.v[i] >> 4;
    return a;
  }
  static I8 look_up(const int8_t (&table)[16], I8 indices) {
    for (uint8_t& x : indices.v) x = static_cast<uint8_t>(table[x]);
    return indices;
  }
  void store(int8_t* p) const { __builtin_memcpy(p, v, 32); }
};
I8 operator|(I8 a, I8 b) {
  for (int i = 0; i < 32; ++i) a.v[i] |= b.v[i];
  return a;
}
I8 operator&(I8 a, I8 b) {
  for (int i = 0; i < 32; ++i) a.v[i] &= b.v[i];
  return a;
}
I8 operator+(I8 a, I8 b) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<uint8_t>(a.v[i] + b.v[i]);
  return a;
}
I8 operator-(I8 a, I8 b) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<uint8_t>(a.v[i] - b.v[i]);
  return a;
}
I8 shift_right(I8 a, int bits, int mask) {  // (a >> bits) & mask
  for (uint8_t& x : a.v) x = static_cast<uint8_t>(x >> bits & mask);
  return a;
}
I8 shift_left(I8 a, int bits) {  // of bytes whose high bits are zero
  for (uint8_t& x : a.v) x = static_cast<uint8_t>(x << bits);
  return a;
}
I8 negate(I8 a, I8 where) {  // where a mask is all ones
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<uint8_t>((a.v[i] ^ where.v[i]) - where.v[i]);
  return a;
}
// Sums of four signed products each. x stays within [-127, 127].
F8 dot(I8 w, I8 x) {
  F8 r;
  for (int i = 0; i < 8; ++i) {
    int total = 0;
    for (int j = 4 * i; j < 4 * i + 4; ++j) {
      total += static_cast<int8_t>(w.v[j]) * static_cast<int8_t>(x.v[j]);
    }
    r.v[i] = static_cast<float>(total);
  }
  return r;
}

#include "lanes_scalar.inl"

}  // namespace
}  // namespace kt::scalar

#define KT_ISA scalar
#define KT_NEEDS 0
#define KT_RUNS_ANYWHERE 1
#include "kernels.inl"
