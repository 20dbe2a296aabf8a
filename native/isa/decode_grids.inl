// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 whose weights are found in grids. decode32.inl explains `decode`.

// Nibble i.
inline int nibble(const uint8_t* bytes, int i) { return bytes[i / 2] >> (i % 2 * 4) & 15; }

// Signs of four times eight weights, of which seven bits each are stored: their number is even.
inline uint32_t even_signs(uint32_t packed) {
  uint32_t signs = (packed & 0x7f) | (packed << 1 & 0x7f00) | (packed << 2 & 0x7f0000) |
                   (packed << 3 & 0x7f000000);
  uint32_t parity = signs ^ signs >> 4;
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return signs | (parity & 0x01010101) << 7;
}

// Scales of IQ2 types: q + 1/2, in quarters of d.
inline float scale_iq2(float d, int q) { return d * (0.5f + static_cast<float>(q)) * 0.25f; }

template <class Sink>
void decode(const BlockIQ2_XXS& w, Sink& sink) {
  const uint64_t* grid = kGridIQ2_XXS.at;
  each_part([&](auto j) {
    const uint8_t* q = w.q[j];
    const uint32_t packed = load_u32(q + 4);
    const I8 values = I8::join(grid[q[0]], grid[q[1]], grid[q[2]], grid[q[3]]);
    sink.add(j, negate(values, I8::mask(even_signs(packed))),
             scale_iq2(half_to_float(w.d), static_cast<int>(packed >> 28)));
  });
}

template <class Sink>
void decode(const BlockIQ2_XS& w, Sink& sink) {
  const uint64_t* grid = kGridIQ2_XS.at;
  const float d = half_to_float(w.d);
  each_part([&](auto j) {
    const uint16_t* q = w.q + 4 * j;
    const I8 values =
        I8::join(grid[q[0] & 511], grid[q[1] & 511], grid[q[2] & 511], grid[q[3] & 511]);
    const uint32_t packed =
        static_cast<uint32_t>(q[0] >> 9 | q[1] >> 9 << 7 | q[2] >> 9 << 14 | q[3] >> 9 << 21);
    sink.add(j, negate(values, I8::mask(even_signs(packed))), scale_iq2(d, nibble(w.scales, 2 * j)),
             scale_iq2(d, nibble(w.scales, 2 * j + 1)));
  });
}

template <class Sink>
void decode(const BlockIQ2_S& w, Sink& sink) {
  const uint64_t* grid = kGridIQ2_S.at;
  const float d = half_to_float(w.d);
  each_part([&](auto j) {
    const uint8_t* q = w.q + 4 * j;
    const int high = w.high[j] << 8;  // two bits for each index
    const I8 values = I8::join(grid[q[0] | (high & 0x300)], grid[q[1] | (high >> 2 & 0x300)],
                               grid[q[2] | (high >> 4 & 0x300)], grid[q[3] | (high >> 6 & 0x300)]);
    sink.add(j, negate(values, I8::mask(load_u32(w.signs[j]))),
             scale_iq2(d, nibble(w.scales, 2 * j)), scale_iq2(d, nibble(w.scales, 2 * j + 1)));
  });
}

// Two entries of a grid of four weights, as eight.
inline uint64_t pair(const uint32_t* grid, int first, int second) {
  return grid[first] | static_cast<uint64_t>(grid[second]) << 32;
}

template <class Sink>
void decode(const BlockIQ3_XXS& w, Sink& sink) {
  const uint32_t* grid = kGridIQ3_XXS.at;
  each_part([&](auto j) {
    const uint8_t* q = w.q[j];
    const uint32_t packed = load_u32(w.signs[j]);
    const I8 values = I8::join(pair(grid, q[0], q[1]), pair(grid, q[2], q[3]),
                               pair(grid, q[4], q[5]), pair(grid, q[6], q[7]));
    const float scale = half_to_float(w.d) * (0.5f + static_cast<float>(packed >> 28)) * 0.5f;
    sink.add(j, negate(values, I8::mask(even_signs(packed))), scale);
  });
}

template <class Sink>
void decode(const BlockIQ3_S& w, Sink& sink) {
  each_part([&](auto j) {
    const auto eight = [&](int i) {  // weights from index i of the part
      const int high = w.high[j] >> i << 8;
      return pair(kGridIQ3_S.at, w.q[j][i] | (high & 0x100), w.q[j][i + 1] | (high >> 1 & 0x100));
    };
    const I8 values = I8::join(eight(0), eight(2), eight(4), eight(6));
    sink.add(j, negate(values, I8::mask(load_u32(w.signs[j]))),
             product(half_to_float(w.d), 1 + 2 * nibble(w.scales, j)));
  });
}

// IQ1 types: w = d * (2 * scale + 1) * (grid + or - 1/8). Eight times the last factor is an
// integer, and an eighth of the rest exact.
constexpr uint64_t kOnes = 0x0101010101010101;

template <class Sink>
void decode(const BlockIQ1_S& w, Sink& sink) {
  const uint64_t* grid = kGridIQ1.at;
  each_part([&](auto j) {
    const uint8_t* q = w.q + 4 * j;
    const int high = w.high[j];
    const I8 values = I8::join(grid[q[0] | (high << 8 & 0x700)], grid[q[1] | (high << 5 & 0x700)],
                               grid[q[2] | (high << 2 & 0x700)], grid[q[3] | (high >> 1 & 0x700)]);
    sink.add(j, values + I8::all(1 - (high >> 15) * 2),
             product(half_to_float(w.d), 2 * (high >> 12 & 7) + 1) * 0.125f);
  });
}

template <class Sink>
void decode(const BlockIQ1_M& w, Sink& sink) {
  unsigned half = 0;
  for (int i = 0; i < 4; ++i) half |= static_cast<unsigned>(w.scales[i][1] >> 4) << (4 * i);
  const float d = half_to_float(static_cast<Half>(half));
  each_part([&](auto j) {
    uint64_t values[4], deltas[4];
    for (int i = 0; i < 4; ++i) {
      const int high = nibble(w.high, 4 * j + i);
      values[i] = kGridIQ1.at[w.q[4 * j + i] | (high & 7) << 8];
      deltas[i] = kOnes | -static_cast<uint64_t>(high >> 3);  // -1 or 1
    }
    const int scales = (w.scales[j / 2][0] | w.scales[j / 2][1] << 8) >> (j % 2 * 6);
    sink.add(j,
             I8::join(values[0], values[1], values[2], values[3]) +
                 I8::join(deltas[0], deltas[1], deltas[2], deltas[3]),
             product(d, 2 * (scales & 7) + 1) * 0.125f,
             product(d, 2 * (scales >> 3 & 7) + 1) * 0.125f);
  });
}
