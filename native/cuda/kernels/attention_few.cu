// SPDX-License-Identifier: Apache-2.0
// Attention of few tokens: the heads that share a key head are one tile, warps share out its rows.
#include "attention_shapes.h"
#include "attention_tensor.cuh"

namespace kt::cuda {

void attention_few(Stream& stream, const AttentionArgs& args) {
  const int key = args.key_size, value = args.value_size;
  if (key <= 64 && value <= 64) {
    launch_tensor<64, 64, 1, 4, 1>(stream, args);
  } else if (key <= 128 && value <= 128) {
    launch_tensor<128, 128, 1, 4, 1>(stream, args);
  } else if (key <= 192 && value <= 128) {
    launch_tensor<192, 128, 1, 4, 1>(stream, args);
  } else {
    launch_tensor<256, 256, 1, 1, 4>(stream, args);
  }
}

}  // namespace kt::cuda
