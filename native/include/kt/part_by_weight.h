// SPDX-License-Identifier: Apache-2.0
// The lightest of each token's experts, apart from the others: those that may be added later.
#pragma once

#include "kt/kernels.h"

namespace kt {

// What a router wrote, in two parts. K experts per token, of which `light` go to the second part.
struct PartByWeightArgs {
  const int32_t* ids;    // [T, K]
  const float* weights;  // [T, K]
  int32_t* heavy_ids;    // [T, K - light]
  float* heavy_weights;
  int32_t* light_ids;  // [T, light]
  float* light_weights;
  int experts_per_token, light;
};

// Each part in the router's order. Of equal weights, the later one is lighter. Item: token.
void part_by_weight(const PartByWeightArgs& args, Range tokens) noexcept;

}  // namespace kt
