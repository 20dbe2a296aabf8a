// SPDX-License-Identifier: Apache-2.0
// Stores and waits that a stream does itself, without a kernel: operations of the driver's own API,
// asked for by name, so that nothing links to the driver. They can be captured.
#pragma once

#include <cstdint>

#include "stream.h"

namespace kt::cuda {

class MemoryOperations {
 public:
  // Raises Error if the driver has none.
  MemoryOperations();

  // Stores a number after all that was launched before has been written.
  void store(Stream& stream, volatile uint32_t* word, uint32_t number) const;

  // Waits until the word is at least a number, as differences of 32 bits are compared.
  void await(Stream& stream, volatile uint32_t* word, uint32_t number) const;

 private:
  // What cuStreamWriteValue32 and cuStreamWaitValue32 are; a result of 0 is success.
  using Operation = int (*)(cudaStream_t stream, unsigned long long address, uint32_t value,
                            unsigned flags);

  static Operation find(const char* name);

  Operation write_;
  Operation wait_;
};

}  // namespace kt::cuda
