// SPDX-License-Identifier: Apache-2.0
#include "pinned.h"

#include <cstring>
#include <stdexcept>

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

}  // namespace kt::cuda
