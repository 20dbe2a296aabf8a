// SPDX-License-Identifier: Apache-2.0
// Tiles of the CPU. tile_shapes.inl tells how to use them.
//
// In assembly, since GCC's intrinsics want the tile's number as a literal.

class Tiles {
 public:
  explicit Tiles(const TileShapes& shapes) { configure(shapes); }
  // Threads that own no tiles are switched without saving 8 KiB of them.
  ~Tiles() { __asm__ volatile("tilerelease" ::: "memory"); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  void configure(const TileShapes& shapes) { __asm__ volatile("ldtilecfg %0" ::"m"(shapes)); }

  template <int kTile>
  void load(const void* rows, int64_t row_bytes) {
    __asm__ volatile("tileloadd (%1,%2,1), %%tmm%c0" ::"i"(kTile), "r"(rows), "r"(row_bytes)
                     : "memory");
  }
  template <int kTile>
  void load_streamed(const void* rows, int64_t row_bytes) {
    __asm__ volatile("tileloaddt1 (%1,%2,1), %%tmm%c0" ::"i"(kTile), "r"(rows), "r"(row_bytes)
                     : "memory");
  }
  template <int kTile>
  void store(void* rows, int64_t row_bytes) {
    __asm__ volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(kTile), "r"(rows), "r"(row_bytes)
                     : "memory");
  }
  template <int kTile>
  void zero() {
    __asm__ volatile("tilezero %%tmm%c0" ::"i"(kTile));
  }
  template <int kC, int kA, int kB>
  void multiply_bf16() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kC), "i"(kA), "i"(kB));
  }
};
