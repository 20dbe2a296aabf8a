// SPDX-License-Identifier: Apache-2.0
// Products of rows of blocks whose weights are found in grids.
#include "decode_grids.cuh"
#include "rows.cuh"

namespace kt::cuda {

template void multiply_rows<BlockIQ2_XXS>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ2_XS>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ2_S>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ3_XXS>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ3_S>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ1_S>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ1_M>(Stream&, const RowProduct&, int64_t);

}  // namespace kt::cuda
