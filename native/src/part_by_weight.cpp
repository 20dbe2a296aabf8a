// SPDX-License-Identifier: Apache-2.0
#include "kt/part_by_weight.h"

#include <bit>
#include <cstdint>

namespace kt {
namespace {

// Whole numbers in the order of the floats: with a NaN, too, each has its place among the others.
int32_t ordered(float value) {
  const auto bits = std::bit_cast<int32_t>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

// How many of a token's experts are heavier than number k.
int heavier(const float* weights, int count, int k) {
  const int32_t own = ordered(weights[k]);
  int found = 0;
  for (int i = 0; i < count; ++i) {
    const int32_t other = ordered(weights[i]);
    found += other > own || (other == own && i < k);
  }
  return found;
}

}  // namespace

void part_by_weight(const PartByWeightArgs& a, Range tokens) noexcept {
  const int used = a.experts_per_token, heavy = used - a.light;
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    const float* weights = a.weights + t * used;
    int64_t next_heavy = t * heavy, next_light = t * a.light;
    for (int k = 0; k < used; ++k) {
      const bool is_heavy = heavier(weights, used, k) < heavy;
      const int64_t place = is_heavy ? next_heavy++ : next_light++;
      (is_heavy ? a.heavy_ids : a.light_ids)[place] = a.ids[t * used + k];
      (is_heavy ? a.heavy_weights : a.light_weights)[place] = weights[k];
    }
  }
}

}  // namespace kt
