// SPDX-License-Identifier: Apache-2.0
#include "context.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "errors.h"
#include "nvml.h"
#include "runtime.h"

namespace kt::cuda {

CurrentDevice::CurrentDevice(int device) {
  check(cudaGetDevice(&before_), "asking for the current card");
  check(cudaSetDevice(device), "choosing a card");
}

CurrentDevice::~CurrentDevice() { static_cast<void>(cudaSetDevice(before_)); }

std::string pci_address(int device) {
  char address[32] = {};
  check(cudaDeviceGetPCIBusId(address, sizeof(address), device), "asking for a card's address");
  return address;
}

DeviceMemory open_context(int device) {
  static std::mutex mutex;
  static std::map<int, int64_t> contexts;  // their bytes, by card
  const std::lock_guard lock(mutex);
  const bool is_open = contexts.contains(device);
  const std::optional<int64_t> before = is_open ? std::nullopt : free_memory(pci_address(device));

  const CurrentDevice current(device);
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "setting up a card's context");
  const auto free_bytes = static_cast<int64_t>(free), total_bytes = static_cast<int64_t>(total);
  if (!is_open) {
    const int64_t taken = before.value_or(total_bytes) - free_bytes;
    contexts[device] = std::clamp(taken, int64_t{0}, total_bytes - free_bytes);
  }
  return {total_bytes, free_bytes, contexts[device]};
}

}  // namespace kt::cuda
