// SPDX-License-Identifier: Apache-2.0
// The tensor-core product of each weight type: the choice, and that of floats. gemm_small.cu,
// gemm_large.cu and gemm_grids.cu hold the others, so that they compile side by side.
#include "gemm_raw.cuh"
#include "gemm_tile.cuh"

namespace kt::cuda {

#define KT_EXTERN(name, number) \
  extern template void launch_tiles<BlockSource<Block##name>>(Stream&, const TileArgs&, int);
KT_BLOCK_TYPES(KT_EXTERN)
#undef KT_EXTERN

void multiply_tiles(Stream& stream, const TileArgs& args, WeightType type, int tile_tokens) {
  switch (type) {
    case WeightType::kF32: return launch_tiles<SplitSource<float>>(stream, args, tile_tokens);
    case WeightType::kF16: return launch_tiles<SplitSource<Float16>>(stream, args, tile_tokens);
    case WeightType::kBF16:
      return args.columns % kGranule == 0 && args.row_bytes % 16 == 0
                 ? launch_tiles<Bf16Source<true>>(stream, args, tile_tokens)
                 : launch_tiles<Bf16Source<false>>(stream, args, tile_tokens);
#define KT_CASE(name, number) \
  case WeightType::k##name:   \
    return launch_tiles<BlockSource<Block##name>>(stream, args, tile_tokens);
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
  }
}

}  // namespace kt::cuda
