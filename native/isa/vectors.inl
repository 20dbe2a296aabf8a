// SPDX-License-Identifier: Apache-2.0
// Loops over vectors of floats that several kernels share. Widths need not be multiples of
// V::lanes.

inline float load_one(const float* p) { return *p; }
inline float load_one(const Half* p) { return half_to_float(*p); }
inline void store_one(float* p, float x) { *p = x; }
inline void store_one(Half* p, float x) { *p = float_to_half(x); }

// sum_i a[i] * b[i]; two accumulators hide the latency of the multiply-add.
template <class A>
inline float dot_product(const A* a, const float* b, int width) {
  V first = V::zero(), second = V::zero();
  int i = 0;
  for (; i + 2 * V::lanes <= width; i += 2 * V::lanes) {
    first = fma(V::load(a + i), V::load(b + i), first);
    second = fma(V::load(a + i + V::lanes), V::load(b + i + V::lanes), second);
  }
  for (; i + V::lanes <= width; i += V::lanes) first = fma(V::load(a + i), V::load(b + i), first);
  float total = sum(first + second);
  for (; i < width; ++i) total += load_one(a + i) * b[i];
  return total;
}

// y += factor * x
template <class X>
inline void add_scaled(float* y, float factor, const X* x, int width) {
  const V f = V::all(factor);
  int i = 0;
  for (; i + V::lanes <= width; i += V::lanes) fma(f, V::load(x + i), V::load(y + i)).store(y + i);
  for (; i < width; ++i) y[i] += factor * load_one(x + i);
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
