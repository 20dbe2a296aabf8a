// SPDX-License-Identifier: Apache-2.0
#include "context.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "errors.h"
#include "nvml.h"
#include "runtime.h"

namespace kt::cuda {

namespace {

std::atomic<uint64_t> opened{0};  // a bit for each card that has a context

bool is_open(int device) { return opened.load() >> device & 1; }

}  // namespace

CurrentDevice::CurrentDevice(int device) {
  check(cudaGetDevice(&before_), "asking for the current card");
  if (device == before_) return;
  check(cudaSetDevice(device), "choosing a card");
  changed_ = true;
}

CurrentDevice::~CurrentDevice() {
  if (changed_ && is_open(before_)) static_cast<void>(cudaSetDevice(before_));
}

std::string pci_address(int device) {
  char address[32] = {};
  check(cudaDeviceGetPCIBusId(address, sizeof(address), device), "asking for a card's address");
  return address;
}

DeviceMemory open_context(int device) {
  static std::mutex mutex;
  static std::map<int, int64_t> contexts;  // their bytes, by card
  const std::lock_guard lock(mutex);
  const bool is_new = !contexts.contains(device);
  const std::optional<int64_t> before = is_new ? free_memory(pci_address(device)) : std::nullopt;

  const CurrentDevice current(device);
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "setting up a card's context");
  const auto free_bytes = static_cast<int64_t>(free), total_bytes = static_cast<int64_t>(total);
  if (is_new) {
    const int64_t taken = before.value_or(total_bytes) - free_bytes;
    contexts[device] = std::clamp(taken, int64_t{0}, total_bytes - free_bytes);
    opened |= uint64_t{1} << device;
  }
  return {total_bytes, free_bytes, contexts[device]};
}

}  // namespace kt::cuda
