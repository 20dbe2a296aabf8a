// SPDX-License-Identifier: Apache-2.0
// Products of rows of floats.
#include "rows.cuh"

namespace kt::cuda {

template void multiply_rows<float>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<Float16>(Stream&, const RowProduct&, int64_t);
template void multiply_rows<Bf16>(Stream&, const RowProduct&, int64_t);

}  // namespace kt::cuda
