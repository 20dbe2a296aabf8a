// SPDX-License-Identifier: Apache-2.0
// Into how many sections attention splits the cache rows, at most.
#pragma once

namespace kt::cuda {

// Up to so many, perhaps of as many sequences, tiles are small.
constexpr int kFewTokens = 16;

// No function of the number of rows, so that a captured graph serves any. Tiles of 16 queries are
// all to be at work at a time, two to a multiprocessor; of latents, which have one key head, tiles
// of 64, one to each. For many tokens tiles of 64 are several waves, so that the last one counts
// less.
inline int attention_sections(int tokens, int heads, int kv_heads, int multiprocessors) {
  const int queries = tokens * (heads / kv_heads);
  if (kv_heads == 1 && heads > 1 && queries > 32) {
    const int tiles = (queries + 63) / 64;
    return tiles < multiprocessors ? multiprocessors / tiles : 1;
  }
  const bool are_many = tokens > kFewTokens;
  const int size = are_many ? 64 : 16, blocks = (are_many ? 4 : 2) * multiprocessors;
  const int tiles = kv_heads * ((queries + size - 1) / size);
  const int wanted = (blocks + tiles - 1) / tiles;
  return wanted > 128 ? 128 : wanted;
}

}  // namespace kt::cuda
