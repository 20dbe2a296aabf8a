// SPDX-License-Identifier: Apache-2.0
// Products: the choice between rows one by one and tiles on tensor cores.
#include "../kernels.h"
#include "../products.h"

namespace kt::cuda {

void linear(Stream& stream, const LinearArgs& args, int64_t rows) {
  if (args.tokens == 0 || rows == 0) return;
  is_few(args.tokens) ? gemv(stream, args, rows) : gemm(stream, args, rows);
}

}  // namespace kt::cuda
