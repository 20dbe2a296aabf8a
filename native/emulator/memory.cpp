// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "poison.h"
#include "queue.h"
#include "runtime.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define KT_CLOSE(memory, bytes) __asan_poison_memory_region(memory, bytes)
#define KT_OPEN(memory, bytes) __asan_unpoison_memory_region(memory, bytes)
#else
#define KT_CLOSE(memory, bytes) static_cast<void>(0)
#define KT_OPEN(memory, bytes) static_cast<void>(0)
#endif

namespace kt::emulated {
namespace {

constexpr std::size_t kZone = 256;  // also what the device aligns to
constexpr unsigned char kZoneByte = 0xA5;

enum class Kind { kDevice, kPinned, kRegistered };

struct Allocation {
  std::size_t bytes;
  Kind kind;
};

struct Registry {
  std::mutex mutex;
  std::map<const unsigned char*, Allocation> allocations;
  std::size_t device_bytes = 0;
};

Registry& registry() {
  static Registry& made = *new Registry;
  return made;
}

std::size_t device_capacity() {
  const char* mebibytes = std::getenv("KT_EMULATED_MEMORY_MIB");
  return (mebibytes ? std::strtoull(mebibytes, nullptr, 10) : 8192) << 20;
}

const Allocation* find(Registry& r, const void* memory, std::size_t bytes) {
  const auto* begin = static_cast<const unsigned char*>(memory);
  auto after = r.allocations.upper_bound(begin);
  if (after == r.allocations.begin()) return nullptr;
  --after;
  return begin + bytes <= after->first + after->second.bytes ? &after->second : nullptr;
}

std::size_t rounded(std::size_t bytes) { return (bytes + kZone - 1) / kZone * kZone; }

// Both zones; the second begins right behind the last byte.
void close_zones(unsigned char* memory, std::size_t bytes) {
  std::memset(memory - kZone, kZoneByte, kZone);
  std::memset(memory + bytes, kZoneByte, rounded(bytes) - bytes + kZone);
  KT_CLOSE(memory - kZone, kZone);
  KT_CLOSE(memory + bytes, rounded(bytes) - bytes + kZone);
}

// With the sanitizer every touch of a zone has been reported already.
bool is_intact([[maybe_unused]] const unsigned char* memory, [[maybe_unused]] std::size_t bytes) {
#if !defined(__SANITIZE_ADDRESS__)
  const auto is_zone = [](unsigned char byte) { return byte == kZoneByte; };
  return std::all_of(memory - kZone, memory, is_zone) &&
         std::all_of(memory + bytes, memory + bytes + kZone, is_zone);
#else
  return true;
#endif
}

std::string name_of(const Allocation& allocation) {
  return std::string(allocation.kind == Kind::kDevice ? "device" : "pinned") + " memory of " +
         std::to_string(allocation.bytes) + " bytes";
}

void* allocate(std::size_t bytes, Kind kind) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  if (kind == Kind::kDevice && r.device_bytes + bytes > device_capacity()) return nullptr;
  unsigned char* base = allocate_poisoned(rounded(bytes) + 2 * kZone);
  if (!base) return nullptr;
  unsigned char* memory = base + kZone;
  close_zones(memory, bytes);
  r.allocations.emplace(memory, Allocation{bytes, kind});
  if (kind == Kind::kDevice) r.device_bytes += bytes;
  return memory;
}

cudaError_t release(void* memory, Kind kind, const char* call) {
  if (!memory) return cudaSuccess;
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto at = r.allocations.find(static_cast<unsigned char*>(memory));
  if (at == r.allocations.end() || at->second.kind != kind)
    return refuse(cudaErrorInvalidValue, std::string(call) + " of memory that is not its own");
  const Allocation allocation = at->second;
  const bool intact = is_intact(at->first, allocation.bytes);
  r.allocations.erase(at);
  if (kind == Kind::kDevice) r.device_bytes -= allocation.bytes;
  auto* base = static_cast<unsigned char*>(memory) - kZone;
  KT_OPEN(base, rounded(allocation.bytes) + 2 * kZone);
  free_poisoned(base, rounded(allocation.bytes) + 2 * kZone);
  if (!intact)
    return refuse(cudaErrorLaunchFailure, "something wrote beside " + name_of(allocation));
  return cudaSuccess;
}

}  // namespace

bool is_allocated(const void* memory, std::size_t bytes) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  return find(r, memory, bytes) != nullptr;
}

bool is_device_memory(const void* memory, std::size_t bytes) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const Allocation* found = find(r, memory, bytes);
  return found && found->kind == Kind::kDevice;
}

std::string damage() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  for (auto& [memory, allocation] : r.allocations) {
    if (allocation.kind == Kind::kRegistered || is_intact(memory, allocation.bytes)) continue;
    close_zones(const_cast<unsigned char*>(memory), allocation.bytes);  // say it once
    return "something wrote beside " + name_of(allocation);
  }
  return {};
}

std::chrono::milliseconds patience() {
  const char* milliseconds = std::getenv("KT_EMULATED_PATIENCE_MS");
  return std::chrono::milliseconds(milliseconds ? std::strtoll(milliseconds, nullptr, 10) : 20000);
}

}  // namespace kt::emulated

using namespace kt::emulated;

cudaError_t cudaMalloc(void** memory, size_t bytes) {
  KT_ENTER(cudaMalloc);
  *memory = bytes ? allocate(bytes, Kind::kDevice) : nullptr;
  if (bytes && !*memory)
    return refuse(cudaErrorMemoryAllocation, "out of memory: no " + std::to_string(bytes) +
                                                 " bytes are left on the emulated device");
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  KT_ENTER(cudaFree);
  cudaDeviceSynchronize();
  return release(memory, Kind::kDevice, "cudaFree");
}

cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned) {
  KT_ENTER(cudaHostAlloc);
  *memory = bytes ? allocate(bytes, Kind::kPinned) : nullptr;
  if (bytes && !*memory) return refuse(cudaErrorMemoryAllocation, "out of pinned memory");
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  KT_ENTER(cudaFreeHost);
  cudaDeviceSynchronize();
  return release(memory, Kind::kPinned, "cudaFreeHost");
}

cudaError_t cudaHostRegister(void* memory, size_t bytes, unsigned) {
  KT_ENTER(cudaHostRegister);
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  r.allocations.emplace(static_cast<unsigned char*>(memory), Allocation{bytes, Kind::kRegistered});
  return cudaSuccess;
}

cudaError_t cudaHostUnregister(void* memory) {
  KT_ENTER(cudaHostUnregister);
  cudaDeviceSynchronize();
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  if (!r.allocations.erase(static_cast<unsigned char*>(memory)))
    return refuse(cudaErrorInvalidValue, "cudaHostUnregister of memory that is not registered");
  return cudaSuccess;
}

cudaError_t cudaHostGetDevicePointer(void** device, void* host, unsigned) {
  KT_ENTER(cudaHostGetDevicePointer);
  if (!is_allocated(host, 1)) return refuse(cudaErrorInvalidValue, "memory is not pinned");
  *device = host;
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  KT_ENTER(cudaMemGetInfo);
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  *total = device_capacity();
  *free = *total > r.device_bytes ? *total - r.device_bytes : 0;
  return cudaSuccess;
}
