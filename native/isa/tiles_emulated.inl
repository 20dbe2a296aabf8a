// SPDX-License-Identifier: Apache-2.0
// Tiles in memory, bit for bit as those of the CPU compute: so that their arithmetic can be tested
// where there are none. tile_shapes.inl tells how to use them.

class Tiles {
 public:
  explicit Tiles(const TileShapes& shapes) { configure(shapes); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  void configure(const TileShapes& shapes) {
    shapes_ = shapes;
    __builtin_memset(tiles_, 0, sizeof tiles_);
  }

  template <int kTile>
  void load(const void* rows, int64_t row_bytes) {
    zero<kTile>();
    for (int r = 0; r < shapes_.rows[kTile]; ++r) {
      const char* row = static_cast<const char*>(rows) + r * row_bytes;
      __builtin_memcpy(tiles_[kTile][r], row, shapes_.row_bytes[kTile]);
    }
  }
  template <int kTile>
  void load_streamed(const void* rows, int64_t row_bytes) {
    load<kTile>(rows, row_bytes);
  }
  template <int kTile>
  void store(void* rows, int64_t row_bytes) {
    for (int r = 0; r < shapes_.rows[kTile]; ++r) {
      char* row = static_cast<char*>(rows) + r * row_bytes;
      __builtin_memcpy(row, tiles_[kTile][r], shapes_.row_bytes[kTile]);
    }
  }
  template <int kTile>
  void zero() {
    __builtin_memset(tiles_[kTile], 0, sizeof tiles_[kTile]);
  }

  // Each sum is made of two, of the first and of the second neighbours, which start at zero.
  template <int kC, int kA, int kB>
  void multiply_bf16() {
    const int rows = shapes_.rows[kC], columns = shapes_.row_bytes[kC] / 4;
    const int depth = shapes_.row_bytes[kA] / 4;
    for (int m = 0; m < rows; ++m) {
      for (int n = 0; n < columns; ++n) {
        float sums[2] = {};
        for (int k = 0; k < depth; ++k) {
          for (int i = 0; i < 2; ++i) {
            const float product = bf16(kA, m, 2 * k + i) * bf16(kB, k, 2 * n + i);  // exact
            sums[i] = flushed(sums[i] + product);
          }
        }
        uint32_t& c = tiles_[kC][m][n];
        const float before = flushed(__builtin_bit_cast(float, c));
        c = __builtin_bit_cast(uint32_t, flushed(before + flushed(sums[0] + sums[1])));
      }
    }
  }

 private:
  // Subnormal numbers count as zeros.
  static float flushed(float x) {
    const bool is_small = __builtin_fabsf(x) < 1.17549435e-38f;
    return is_small ? __builtin_copysignf(0.0f, x) : x;
  }
  float bf16(int tile, int row, int i) const {
    const uint32_t pair = tiles_[tile][row][i / 2];
    return flushed(__builtin_bit_cast(float, i % 2 ? pair & 0xffff0000u : pair << 16));
  }

  TileShapes shapes_;
  uint32_t tiles_[8][16][16];
};
