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

// A card's memory, or what may be taken of it (the budget), is too small. Sizes are in bytes.
class OutOfMemory : public Error {
 public:
  OutOfMemory(int64_t needed, int64_t available, int64_t budget)
      : Error(cudaErrorMemoryAllocation, "out of a card's memory: " + std::to_string(needed) +
                                             " bytes are needed, " + std::to_string(available) +
                                             " are available"),
        needed_(needed),
        available_(available),
        budget_(budget) {}

  int64_t needed_bytes() const noexcept { return needed_; }
  int64_t available_bytes() const noexcept { return available_; }
  int64_t budget_bytes() const noexcept { return budget_; }

 private:
  int64_t needed_, available_, budget_;
};

// The system does not let cards use as much of its memory.
class OutOfPinnedMemory : public Error {
 public:
  explicit OutOfPinnedMemory(int64_t needed)
      : Error(cudaErrorMemoryAllocation, std::to_string(needed) + " bytes cannot be pinned"),
        needed_(needed) {}

  int64_t needed_bytes() const noexcept { return needed_; }

 private:
  int64_t needed_;
};

// Throws an Error if the call `what` has failed.
void check(cudaError_t code, const char* what);

}  // namespace kt::cuda
