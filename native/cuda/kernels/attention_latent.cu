// SPDX-License-Identifier: Apache-2.0
// Attention over latents, in tiles as large as there are queries for.
#include "attention_latent.cuh"
#include "attention_shapes.h"

namespace kt::cuda {
namespace {

using Few = LatentShape<1, 4>;
using Some = LatentShape<2, 4>;
using Many = LatentShape<4, 8>;

// Two blocks fill each other's gaps, where a multiprocessor has room for both.
bool fit_two_blocks(const Stream& stream) {
  constexpr auto kMost = cudaDevAttrMaxSharedMemoryPerBlockOptin;
  int bytes = 0;
  check(cudaDeviceGetAttribute(&bytes, kMost, stream.device()), "device");
  return 2 * Some::kBytes <= bytes;
}

}  // namespace

void attention_latent(Stream& stream, const AttentionArgs& args) {
  const int queries = args.tokens * (args.heads / args.kv_heads);
  if (queries <= Few::kQueries) {
    launch_latent<Few>(stream, args);
  } else if (queries <= Some::kQueries || fit_two_blocks(stream)) {
    launch_latent<Some>(stream, args);
  } else {
    launch_latent<Many>(stream, args);
  }
}

}  // namespace kt::cuda
