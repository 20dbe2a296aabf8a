// SPDX-License-Identifier: Apache-2.0
#include "memory_operations.h"

#include <string>

#include "errors.h"
#include "runtime.h"

namespace kt::cuda {
namespace {

constexpr unsigned kDriverVersion = 12000;  // whose form of the operations is asked for
constexpr unsigned kAfterAllBefore = 0;     // CU_STREAM_WRITE_VALUE_DEFAULT: behind a barrier
constexpr unsigned kUntilAtLeast = 0;       // CU_STREAM_WAIT_VALUE_GEQ

unsigned long long address(volatile uint32_t* word) {
  return reinterpret_cast<std::uintptr_t>(word);
}

void check_driver(int result, const char* what) {
  if (result != 0) {
    throw Error(cudaErrorUnknown,
                std::string(what) + ": the driver's error " + std::to_string(result));
  }
}

}  // namespace

MemoryOperations::MemoryOperations()
    : write_(find("cuStreamWriteValue32")), wait_(find("cuStreamWaitValue32")) {}

MemoryOperations::Operation MemoryOperations::find(const char* name) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
  check(
      cudaGetDriverEntryPointByVersion(name, &function, kDriverVersion, cudaEnableDefault, &found),
      name);
  if (found != cudaDriverEntryPointSuccess || function == nullptr) {
    throw Error(cudaErrorNotSupported, std::string("this driver has no ") + name);
  }
  return reinterpret_cast<Operation>(function);
}

void MemoryOperations::store(Stream& stream, volatile uint32_t* word, uint32_t number) const {
  check_driver(write_(stream.handle(), address(word), number, kAfterAllBefore), "storing a word");
}

void MemoryOperations::await(Stream& stream, volatile uint32_t* word, uint32_t number) const {
  check_driver(wait_(stream.handle(), address(word), number, kUntilAtLeast), "awaiting a word");
}

}  // namespace kt::cuda
