// SPDX-License-Identifier: Apache-2.0
// Products of rows of blocks of 32 and 64 weights, and groups of up to 128.
#include "decode_small.cuh"
#include "rows.cuh"

namespace kt::cuda {

template void multiply_rows<BlockQ4_0>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ8_0>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockMXFP4>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ4_1>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ5_0>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ5_1>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockIQ4_NL>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockNVFP4>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ4_G32>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ4_G64>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<BlockQ4_G128>(Stream&, const RowProduct&, int64_t);

}  // namespace kt::cuda
