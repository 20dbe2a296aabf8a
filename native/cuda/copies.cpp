// SPDX-License-Identifier: Apache-2.0
#include "copies.h"

#include "context.h"
#include "errors.h"

namespace kt::cuda {
namespace {

cudaError_t launch_copy(cudaStream_t stream, void* destination, const void* source, int64_t bytes) {
  return cudaMemcpyAsync(destination, source, static_cast<std::size_t>(bytes), cudaMemcpyDefault,
                         stream);
}

}  // namespace

void copy(Stream& stream, void* destination, const void* source, int64_t bytes) {
  check(launch_copy(stream.handle(), destination, source, bytes), "copying");
}

void write(Stream& stream, void* destination, const void* source, int64_t bytes) {
  if (!stream.is_capturing()) {
    copy(stream, destination, source, bytes);
    stream.synchronize();
    return;
  }
  const CurrentDevice current(stream.device());
  cudaStream_t beside = nullptr;
  check(cudaStreamCreateWithFlags(&beside, cudaStreamNonBlocking), "making a stream");
  const cudaError_t begin = launch_copy(beside, destination, source, bytes);
  const cudaError_t end = cudaStreamSynchronize(beside);
  cudaStreamDestroy(beside);
  check(begin, "copying");
  check(end, "copying");
}

void fill(Stream& stream, void* destination, uint8_t value, int64_t bytes) {
  check(cudaMemsetAsync(destination, value, static_cast<std::size_t>(bytes), stream.handle()),
        "filling memory");
}

}  // namespace kt::cuda
