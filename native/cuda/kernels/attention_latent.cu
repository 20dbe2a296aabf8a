// SPDX-License-Identifier: Apache-2.0
// Attention over latents: four warps share out columns, so that a row is read once for its key and
// its value, and 32 heads meet it.
#include "attention_shapes.h"
#include "attention_tensor.cuh"

namespace kt::cuda {

void attention_latent(Stream& stream, const AttentionArgs& args) {
  if (args.tokens * (args.heads / args.kv_heads) <= 16) {
    launch_tensor<AttentionShape<576, 512, 1, 1, 4, true>>(stream, args);
  } else {
    launch_tensor<AttentionShape<576, 512, 2, 1, 4, true>>(stream, args);
  }
}

}  // namespace kt::cuda
