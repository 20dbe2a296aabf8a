// SPDX-License-Identifier: Apache-2.0
// Routed experts: the choice between rows one by one and tiles on tensor cores.
#include "../kernels.h"
#include "../products.h"

namespace kt::cuda {

void experts_up(Stream& stream, const ExpertsUpArgs& args, int64_t) {
  if (args.pairs == 0) return;
  are_few(args) ? experts_up_gemv(stream, args) : experts_up_gemm(stream, args);
}

void experts_down(Stream& stream, const ExpertsDownArgs& args, int64_t) {
  if (args.tokens == 0) return;
  are_few(args) ? experts_down_gemv(stream, args) : experts_down_gemm(stream, args);
}

}  // namespace kt::cuda
