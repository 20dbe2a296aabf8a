// SPDX-License-Identifier: Apache-2.0
// Tensor-core products with blocks of 256 weights that are found in grids.
#include "gemm_raw.cuh"
#include "gemm_tile.cuh"

namespace kt::cuda {

template void launch_tiles<BlockSource<BlockIQ2_XXS>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ2_XS>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ2_S>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ3_XXS>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ3_S>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ1_S>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ1_M>>(Stream&, const TileArgs&, int);

}  // namespace kt::cuda
