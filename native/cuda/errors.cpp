// SPDX-License-Identifier: Apache-2.0
#include "errors.h"

namespace kt::cuda {

void check(cudaError_t code, const char* what) {
  if (code == cudaSuccess) return;
  const std::string text = std::string(what) + ": " + cudaGetErrorString(code);
  cudaGetLastError();  // told here: the next call must not tell it again
  throw Error(code, text);
}

}  // namespace kt::cuda
