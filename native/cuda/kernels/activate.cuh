// SPDX-License-Identifier: Apache-2.0
// What becomes of gate and up (kernels.h names the activations), the same as on CPUs
// (isa/activations.inl).
#pragma once

#include "../device.cuh"
#include "kt/kernels.h"

namespace kt::cuda {

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// x / 2 * (1 + tanh(y)) is x * sigmoid(2 * y).
__device__ __forceinline__ float gelu(float x) {
  return x * sigmoid(1.5957691f * x * fmaf(0.044715f * x, x, 1.0f));  // 2 * sqrt(2 / pi)
}

// x * Phi(x) = max(x, 0) - |x| * erfc(|x| / sqrt(2)) / 2, which cancels nowhere.
__device__ __forceinline__ float gelu_erf(float x) {
  const float magnitude = fabsf(x);
  return fmaxf(x, 0.0f) - 0.5f * magnitude * erfcf(magnitude * 0.70710678f);
}

__device__ __forceinline__ float clamped_silu(float gate, float up) {
  constexpr float kLimit = 7;
  const float g = fminf(gate, kLimit), u = fmaxf(-kLimit, fminf(up, kLimit));
  return g * sigmoid(1.702f * g) * (u + 1.0f);
}

__device__ __forceinline__ float activate(Activation activation, float gate, float up) {
  switch (activation) {
    case Activation::kSilu: return gate * sigmoid(gate) * up;
    case Activation::kGelu: return gelu(gate) * up;
    case Activation::kGeluErf: return gelu_erf(gate) * up;
    case Activation::kClampedSilu: return clamped_silu(gate, up);
  }
  return gate;  // the wrappers let no other through
}

}  // namespace kt::cuda
