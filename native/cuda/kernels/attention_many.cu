// SPDX-License-Identifier: Apache-2.0
// Attention of many tokens: each warp has queries of its own.
#include "attention_shapes.h"
#include "attention_tensor.cuh"

namespace kt::cuda {

void attention_many(Stream& stream, const AttentionArgs& args) {
  const int key = args.key_size, value = args.value_size;
  if (key <= 64 && value <= 64) {
    launch_tensor<64, 64, 4, 1, 1>(stream, args);
  } else if (key <= 128 && value <= 128) {
    launch_tensor<128, 128, 4, 1, 1>(stream, args);
  } else if (key <= 192 && value <= 128) {
    launch_tensor<192, 128, 4, 1, 1>(stream, args);
  } else {
    launch_tensor<256, 256, 4, 1, 2>(stream, args);
  }
}

}  // namespace kt::cuda
