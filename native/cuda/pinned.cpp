// SPDX-License-Identifier: Apache-2.0
#include "pinned.h"

#include <cstring>
#include <stdexcept>

#include "context.h"
#include "errors.h"
#include "runtime.h"

namespace kt::cuda {

PinnedMemory::PinnedMemory(int64_t bytes) : size_(bytes) {
  if (bytes <= 0) throw std::invalid_argument("no bytes to pin");
  const auto size = static_cast<std::size_t>(bytes);
  const cudaError_t error =
      cudaHostAlloc(&data_, size, cudaHostAllocPortable | cudaHostAllocMapped);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // or the next launch would report it
    throw OutOfPinnedMemory(bytes);
  }
  check(error, "pinning memory");
  std::memset(data_, 0, size);
}

PinnedMemory::~PinnedMemory() { static_cast<void>(cudaFreeHost(data_)); }

PinnedInPlace::PinnedInPlace(const Stream& stream, void* memory, int64_t bytes)
    : memory_(memory), ordinal_(stream.device()) {
  const CurrentDevice current(ordinal_);
  const auto size = static_cast<std::size_t>(bytes);
  if (cudaHostRegister(memory, size, cudaHostRegisterPortable) == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // or the next launch would report it
  throw OutOfPinnedMemory(bytes);
}

PinnedInPlace::~PinnedInPlace() {
  const CurrentDevice current(ordinal_);
  static_cast<void>(cudaDeviceSynchronize());
  static_cast<void>(cudaHostUnregister(memory_));
}

bool is_pinned(const void* memory) {
  cudaPointerAttributes found{};
  if (cudaPointerGetAttributes(&found, memory) == cudaSuccess) {
    return found.type == cudaMemoryTypeHost;
  }
  static_cast<void>(cudaGetLastError());
  return false;
}

}  // namespace kt::cuda
