// SPDX-License-Identifier: Apache-2.0
// Memory of this computer that cards read and write in place, and copy from at full speed.
#pragma once

#include <cstdint>

#include "stream.h"

namespace kt::cuda {

// Zeroed bytes at one address for the CPU and for every card. The system cannot move or write out
// what is pinned, so there should be little of it. Freeing waits for the work of the cards.
class PinnedMemory {
 public:
  // Raises std::invalid_argument for no bytes, OutOfPinnedMemory if the system has not as many.
  explicit PinnedMemory(int64_t bytes);
  ~PinnedMemory();
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;

  void* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  const int64_t size_;
};

// Memory of somebody else, which a card copies from at full speed while this object lives. That
// memory must live longer. The end waits for the card.
class PinnedInPlace {
 public:
  // Raises OutOfPinnedMemory if the system refuses, or the memory is none that can be pinned.
  PinnedInPlace(const Stream& stream, void* memory, int64_t bytes);
  ~PinnedInPlace();
  PinnedInPlace(const PinnedInPlace&) = delete;
  PinnedInPlace& operator=(const PinnedInPlace&) = delete;

 private:
  void* const memory_;
  const int ordinal_;  // of the card
};

// Whether cards copy from an address at full speed.
bool is_pinned(const void* memory);

}  // namespace kt::cuda
