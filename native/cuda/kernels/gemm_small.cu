// SPDX-License-Identifier: Apache-2.0
// Tensor-core products with blocks of 32 and 64 weights, and groups of up to 128.
#include "gemm_raw.cuh"
#include "gemm_tile.cuh"

namespace kt::cuda {

template void launch_tiles<BlockSource<BlockQ4_0>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ4_1>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ5_0>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ5_1>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ8_0>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockIQ4_NL>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockMXFP4>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockNVFP4>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ4_G32>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ4_G64>>(Stream&, const TileArgs&, int);
template void launch_tiles<BlockSource<BlockQ4_G128>>(Stream&, const TileArgs&, int);

}  // namespace kt::cuda
