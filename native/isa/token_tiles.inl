// SPDX-License-Identifier: Apache-2.0
// Activations as tile_products.inl meets them with tiles of weights.

// Some columns of 16 tokens, tile by tile. They are copied together once for all rows of a product:
// so a tile is read from one page, and tokens of an expert may stand anywhere.
struct TokenTile {
  alignas(64) uint16_t x[kSide][kDepth];
};
struct TokenTiles {
  TokenTile at[kSteps];
};

inline void copy_tokens(const Tokens& all, int first, int count, int column, int columns,
                        TokenTiles* x) {
  for (int n = 0; n < count; ++n) {
    const uint8_t* in = all.input(first + n) + column * static_cast<int64_t>(sizeof(Bf16));
    for (int i = 0; i < columns; i += kDepth) {
      _mm512_store_si512(x[n / kSide].at[i / kDepth].x[n % kSide],
                         _mm512_loadu_si512(in + i * sizeof(Bf16)));
      __builtin_prefetch(in + (i + kTileColumns) * sizeof(Bf16), 0, 2);  // for the next time
    }
  }
  for (int n = count; n % kSide != 0; ++n) {  // whose sums nobody reads
    for (int step = 0; step < columns / kDepth; ++step) {
      _mm512_store_si512(x[n / kSide].at[step].x[n % kSide], _mm512_setzero_si512());
    }
  }
}
