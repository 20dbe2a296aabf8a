// SPDX-License-Identifier: Apache-2.0
// Loops over vectors of floats that several kernels share. Widths need not be multiples of
// V::lanes.

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

struct Bf16 {
  uint16_t bits;
};

// Values of a row: V::lanes from column i on, a multiple of that, or one.
inline V load(const float* row, int i) { return V::load(row + i); }
inline V load(const Half* row, int i) { return V::load(row + i); }
inline V load(const Bf16* row, int i) { return load_bf16(&row[i].bits); }
inline V load(const BlockQ8_0* row, int i) {
  const BlockQ8_0& block = row[i / kBlock];
  return V::all(half_to_float(block.d)) * V::load(block.q + i % kBlock);
}
inline float load_one(const float* row, int i) { return row[i]; }
inline float load_one(const Half* row, int i) { return half_to_float(row[i]); }
inline float load_one(const Bf16* row, int i) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(row[i].bits) << 16);
}
inline float load_one(const BlockQ8_0* row, int i) {
  const BlockQ8_0& block = row[i / kBlock];
  return half_to_float(block.d) * static_cast<float>(block.q[i % kBlock]);
}

inline void store(V x, float* row, int i) { x.store(row + i); }
inline void store(V x, Half* row, int i) { x.store(row + i); }
inline void store(V x, Bf16* row, int i) { store_bf16(x, &row[i].bits); }
inline void store_one(float x, float* row, int i) { row[i] = x; }
inline void store_one(float x, Half* row, int i) { row[i] = float_to_half(x); }
inline void store_one(float x, Bf16* row, int i) {
  float lanes[V::lanes] = {x};
  uint16_t bits[V::lanes];
  store_bf16(V::load(lanes), bits);
  row[i].bits = bits[0];
}

// Calls body(row) with the first row of a cache, of the type that it is made of.
template <class Body>
inline void with_type(CacheType type, const void* row, const Body& body) {
  switch (type) {
    case CacheType::kF32: return body(static_cast<const float*>(row));
    case CacheType::kF16: return body(static_cast<const Half*>(row));
    case CacheType::kBf16: return body(static_cast<const Bf16*>(row));
    case CacheType::kQ8_0: return body(static_cast<const BlockQ8_0*>(row));
  }
}
template <class Value>
inline const Value* row_after(const Value* row, int64_t bytes) {
  return reinterpret_cast<const Value*>(reinterpret_cast<const uint8_t*>(row) + bytes);
}

// sum_i a[i] * b[i]; two accumulators hide the latency of the multiply-add.
template <class A>
inline float dot_product(const A* a, const float* b, int width) {
  V first = V::zero(), second = V::zero();
  int i = 0;
  for (; i + 2 * V::lanes <= width; i += 2 * V::lanes) {
    first = fma(load(a, i), V::load(b + i), first);
    second = fma(load(a, i + V::lanes), V::load(b + i + V::lanes), second);
  }
  for (; i + V::lanes <= width; i += V::lanes) first = fma(load(a, i), V::load(b + i), first);
  float total = sum(first + second);
  for (; i < width; ++i) total += load_one(a, i) * b[i];
  return total;
}

// y += factor * x
template <class X>
inline void add_scaled(float* y, float factor, const X* x, int width) {
  const V f = V::all(factor);
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) fma(f, load(x, i), V::load(y + i)).store(y + i);
  for (; i < width; ++i) y[i] += factor * load_one(x, i);
}

inline void scale_in_place(float* y, float factor, int width) {
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) (V::all(factor) * V::load(y + i)).store(y + i);
  for (; i < width; ++i) y[i] *= factor;
}

// e^x by 2^n * e^r, |r| <= ln(2) / 2; relative error below 3e-7. Below -87 it stays at e^-87, which
// sums of softmax do not see.
inline V exp(V x) {
  x = max(V::all(-87.0f), min(V::all(88.0f), x));
  const V n = V::round(x * V::all(1.44269504f));
  V r = fma(n, V::all(-0.693145752f), x);  // ln(2) in two parts: the first is exact in n * part
  r = fma(n, V::all(-1.42860677e-6f), r);
  V p = V::all(1.0f / 5040);
  const float factors[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  for (float f : factors) p = fma(p, r, V::all(f));
  return V::scale_by_power(p, n);
}

inline float exp(float x) {
  float lanes[V::lanes];
  exp(V::all(x)).store(lanes);
  return lanes[0];
}
