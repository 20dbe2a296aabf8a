// SPDX-License-Identifier: Apache-2.0
// Into how many sections attention splits the cache rows, at most.
#pragma once

namespace kt::cuda {

// No function of the number of rows, so that a captured graph serves any.
inline int attention_sections(int tokens, int heads, int kv_heads, int multiprocessors) {
  const int tiles = kv_heads * ((tokens * (heads / kv_heads) + 15) / 16);
  const int wanted = (2 * multiprocessors + tiles - 1) / tiles;
  return wanted < 1 ? 1 : wanted > 128 ? 128 : wanted;
}

}  // namespace kt::cuda
