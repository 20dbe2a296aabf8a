// SPDX-License-Identifier: Apache-2.0
// Into how many sections attention splits the cache rows, at most.
#pragma once

namespace kt::cuda {

// No function of the number of rows, so that a captured graph serves any. All blocks are to be at
// work at a time: two to a multiprocessor, with tiles of 16 queries; of latents, which have one
// key head, one, with tiles of 64.
inline int attention_sections(int tokens, int heads, int kv_heads, int multiprocessors) {
  const int queries = tokens * (heads / kv_heads);
  const bool are_large = kv_heads == 1 && queries > 32;
  const int tiles = are_large ? (queries + 63) / 64 : kv_heads * ((queries + 15) / 16);
  const int wanted =
      are_large ? multiprocessors / tiles : (2 * multiprocessors + tiles - 1) / tiles;
  return wanted < 1 ? 1 : wanted > 128 ? 128 : wanted;
}

}  // namespace kt::cuda
