// SPDX-License-Identifier: Apache-2.0
// Products of tiles of bfloat16, as attention_tiles.inl wants them, by the CPU's tiles.

// Tiles of two factors and where their product goes: kHeight by kWidth of them. `out` is added to,
// or written. kLeftIsNear: the first cache had better keep `a`, else `b`.
template <int kHeight, int kWidth, bool kLeftIsNear>
inline void multiply_tiles(Tiles& tiles, TileFactor a, TileFactor b, int depth, bool adds,
                           TileProduct out) {
  constexpr int64_t kRowBytes = 16 * sizeof(float);
  const auto for_out = [&](auto use) {
    use.template operator()<0>(out.data);
    if constexpr (kWidth > 1) use.template operator()<1>(out.data + out.right);
    if constexpr (kHeight > 1) use.template operator()<2>(out.data + out.below);
    if constexpr (kHeight > 1 && kWidth > 1) {
      use.template operator()<3>(out.data + out.below + out.right);
    }
  };
  for_out([&]<int kTile>(float* at) {
    adds ? tiles.template load<kTile>(at, kRowBytes) : tiles.template zero<kTile>();
  });
  const auto load_left = [&]<int kTile>(const uint16_t* data) {
    kLeftIsNear ? tiles.template load<kTile>(data, a.row_bytes)
                : tiles.template load_streamed<kTile>(data, a.row_bytes);
  };
  const auto load_right = [&]<int kTile>(const uint16_t* data) {
    kLeftIsNear ? tiles.template load_streamed<kTile>(data, b.row_bytes)
                : tiles.template load<kTile>(data, b.row_bytes);
  };
  for (int k = 0; k < depth; ++k, a.data += a.deeper, b.data += b.deeper) {
    load_left.template operator()<4>(a.data);
    load_right.template operator()<6>(b.data);
    tiles.template multiply_bf16<0, 4, 6>();
    if constexpr (kWidth > 1) {
      load_right.template operator()<7>(b.data + b.next);
      tiles.template multiply_bf16<1, 4, 7>();
    }
    if constexpr (kHeight > 1) {
      load_left.template operator()<5>(a.data + a.next);
      tiles.template multiply_bf16<2, 5, 6>();
      if constexpr (kWidth > 1) tiles.template multiply_bf16<3, 5, 7>();
    }
  }
  for_out([&]<int kTile>(float* at) { tiles.template store<kTile>(at, kRowBytes); });
}
