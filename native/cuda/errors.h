// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

  // Of a card's memory, with what can be said of it; budget: what may be taken in all.
  OutOfMemory(int64_t needed_bytes, int64_t available_bytes, int64_t budget_bytes)
      : Error(cudaErrorMemoryAllocation, "memory of a card: " + std::to_string(needed_bytes) +
                                             " bytes are needed, " +
                                             std::to_string(available_bytes) + " are available"),
        needed_bytes_(needed_bytes),
        available_bytes_(available_bytes),
        budget_bytes_(budget_bytes) {}

  int64_t needed_bytes() const noexcept { return needed_bytes_; }
  int64_t available_bytes() const noexcept { return available_bytes_; }
  int64_t budget_bytes() const noexcept { return budget_bytes_; }

 private:
  int64_t needed_bytes_ = 0, available_bytes_ = 0, budget_bytes_ = 0;
};

// Throws an Error if the call `what` has failed.
void check(cudaError_t code, const char* what);

}  // namespace kt::cuda
