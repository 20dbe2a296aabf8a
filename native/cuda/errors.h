// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "runtime.h"

namespace kt::cuda {

// A call to CUDA failed, or work launched before it.
class Error : public std::runtime_error {
 public:
  Error(cudaError_t code, const std::string& what) : std::runtime_error(what), code_(code) {}
  cudaError_t code() const noexcept { return code_; }

 private:
  cudaError_t code_;
};

class OutOfMemory : public Error {
 public:
  using Error::Error;
};

// Throws an Error if the call `what` has failed.
void check(cudaError_t code, const char* what);

}  // namespace kt::cuda
