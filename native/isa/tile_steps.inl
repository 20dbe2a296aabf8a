// SPDX-License-Identifier: Apache-2.0
// Products of tiles of bfloat16, as attention_tiles.inl wants them, by the CPU's tiles.

// Tiles of two factors and where their product goes: kHeight by kWidth of them. `out` is added to,
// or written.
template <int kHeight, int kWidth>
inline void multiply_tiles(Tiles& tiles, TileFactor a, TileFactor b, int depth, bool adds,
                           float* out, int64_t out_row) {
  const int64_t row_bytes = out_row * static_cast<int64_t>(sizeof(float));
  const auto for_out = [&](auto use) {
    use.template operator()<0>(out);
    if constexpr (kWidth > 1) use.template operator()<1>(out + 16);
    if constexpr (kHeight > 1) use.template operator()<2>(out + 16 * out_row);
    if constexpr (kHeight > 1 && kWidth > 1) use.template operator()<3>(out + 16 * out_row + 16);
  };
  for_out([&]<int kTile>(float* at) {
    adds ? tiles.template load<kTile>(at, row_bytes) : tiles.template zero<kTile>();
  });
  for (int k = 0; k < depth; ++k, a.data += a.deeper, b.data += b.deeper) {
    tiles.template load<4>(a.data, a.row_bytes);
    tiles.template load<6>(b.data, b.row_bytes);
    tiles.template multiply_bf16<0, 4, 6>();
    if constexpr (kWidth > 1) {
      tiles.template load<7>(b.data + b.next, b.row_bytes);
      tiles.template multiply_bf16<1, 4, 7>();
    }
    if constexpr (kHeight > 1) {
      tiles.template load<5>(a.data + a.next, a.row_bytes);
      tiles.template multiply_bf16<2, 5, 6>();
      if constexpr (kWidth > 1) tiles.template multiply_bf16<3, 5, 7>();
    }
  }
  for_out([&]<int kTile>(float* at) { tiles.template store<kTile>(at, row_bytes); });
}
