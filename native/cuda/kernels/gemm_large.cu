// SPDX-License-Identifier: Apache-2.0
// Tensor-core products with blocks of 256 weights that are computed.
#include "gemm_raw.cuh"
#include "gemm_tile.cuh"

namespace kt::cuda {

template void launch_tiles<BlockSource<BlockQ2_K>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ3_K>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ4_K>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ5_K>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ6_K>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ4_XS>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockTQ1_0>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockTQ2_0>>(Stream&, const TileArgs&, int);

}  // namespace kt::cuda
