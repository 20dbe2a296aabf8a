// SPDX-License-Identifier: Apache-2.0
// A card's context: what the driver sets up, on the card too, before a process may use it.
#pragma once

#include <cstdint>
#include <string>

namespace kt::cuda {

// Makes a card the one that this thread's calls are about, while the object lives; then the one
// that was it before, if that has a context: choosing a card would give it one.
class CurrentDevice {
 public:
  explicit CurrentDevice(int device);
  ~CurrentDevice();
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

struct DeviceMemory {
  int64_t total_bytes, free_bytes;
  int64_t context_bytes;  // what this process' context takes; see open_context
};

// Sets up a card's context unless there is one, and says what memory the card has then.
//
// What the context takes is the memory that was free before the first call less what was free
// after it, so this call must be a process' first use of the card. Where the driver does not tell
// what was free before, all that is taken counts as the context's, that of other programs too.
DeviceMemory open_context(int device);

// "0000:65:00.0" for instance. Needs no context.
std::string pci_address(int device);

}  // namespace kt::cuda
