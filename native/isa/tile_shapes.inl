// SPDX-License-Identifier: Apache-2.0
// How large the tiles are: what both forms of them, tiles_amx.inl and tiles_emulated.inl, are told.
//
// A tile has up to 16 rows of up to 64 bytes. There are eight, named by numbers that are known to
// the compiler. `Tiles` is the owner of all eight on one thread: from its making to its end no
// other code on the thread may use them.
//
//   Tiles tiles(shapes);          // all are zero then, as after tiles.configure(others)
//   tiles.load<4>(x, row_bytes);  // rows that stand row_bytes apart; store<0> likewise
//   tiles.load_streamed<4>(x, row_bytes);  // of more than the first cache should keep
//   tiles.multiply_bf16<0, 4, 6>();
//
// adds to C = 0, of float32 [m][n], A = 4 [m][2k] times B = 6 [k][2n], of bfloat16: two neighbours
// in a row of A meet two in a row of B. C is m rows of 4n bytes, A m of 4k bytes, B k of 4n bytes.

struct TileShapes {  // as the instruction reads it
  uint8_t palette = 1;
  uint8_t first_row = 0;
  uint8_t unused[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  void set(int tile, int height, int bytes) {
    rows[tile] = static_cast<uint8_t>(height);
    row_bytes[tile] = static_cast<uint16_t>(bytes);
  }
};

inline TileShapes whole_tiles() {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) shapes.set(tile, 16, 64);
  return shapes;
}

constexpr int kPair = 32;                // bfloat16 of a tile's row: as deep as one step goes
constexpr int kTileValues = 16 * kPair;  // bfloat16 of a tile

// A factor of a product of tiles. Distances from tile to tile count bfloat16.
struct TileFactor {
  const uint16_t* data;
  int64_t next, deeper, row_bytes;
};

// Where the tiles of a product stand, 16 rows of 16 floats in one piece each. Distances count
// floats.
struct TileProduct {
  float* data;
  int64_t right, below;
};
constexpr int kTileSums = 16 * 16;  // floats of a tile
