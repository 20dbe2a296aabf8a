// SPDX-License-Identifier: Apache-2.0
// Products of rows of blocks of 256 weights.
#include "decode_large.cuh"
#include "rows.cuh"

namespace kt::cuda {

template void multiply_rows<BlockQ2_K>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ3_K>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ4_K>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ5_K>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ6_K>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ4_XS>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockTQ1_0>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockTQ2_0>(Stream&, const RowProduct&, int64_t);

}  // namespace kt::cuda
