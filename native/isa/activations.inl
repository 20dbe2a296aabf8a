// SPDX-License-Identifier: Apache-2.0
// What becomes of gate and up: one definition for every activation (kernels.h names them).

inline V sigmoid(V x) { return V::all(1.0f) / (V::all(1.0f) + exp(V::zero() - x)); }
inline V silu(V x) { return x * sigmoid(x); }

// x / 2 * (1 + tanh(y)) is x * sigmoid(2 * y).
inline V gelu(V x) {
  const V cubic = fma(x * x, V::all(0.044715f), V::all(1.0f));
  return x * sigmoid(x * cubic * V::all(1.5957691f));  // 2 * sqrt(2 / pi)
}

// x * Phi(x) = max(x, 0) - |x| * erfc(|x| / sqrt(2)) / 2, which cancels nowhere.
// SOURCE erfc by W. Press et al., Numerical Recipes: relative error below 1.2e-7.
inline V gelu_erf(V x) {
  const V magnitude = max(x, V::zero() - x), z = magnitude * V::all(0.70710678f);
  const V t = V::all(1.0f) / fma(z, V::all(0.5f), V::all(1.0f));
  V p = V::all(0.17087277f);
  const float factors[] = {-0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f,
                           0.09678418f,  0.37409196f, 1.00002368f,  -1.26551223f};
  for (float f : factors) p = fma(p, t, V::all(f));
  const V half_erfc = t * exp(p - z * z) * V::all(0.5f);
  return max(x, V::zero()) - magnitude * half_erfc;
}

inline V clamped_silu(V gate, V up) {
  const V limit = V::all(7.0f), g = min(gate, limit);
  const V u = max(V::zero() - limit, min(up, limit));
  return g * sigmoid(g * V::all(1.702f)) * (u + V::all(1.0f));
}

inline V activate(Activation activation, V gate, V up) {
  switch (activation) {
    case Activation::kSilu: return silu(gate) * up;
    case Activation::kGelu: return gelu(gate) * up;
    case Activation::kGeluErf: return gelu_erf(gate) * up;
    case Activation::kClampedSilu: return clamped_silu(gate, up);
  }
  return gate;  // the wrappers let no other through
}
