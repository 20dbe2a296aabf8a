// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <sys/mman.h>

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
  int device;
  bool is_closed = false;  // to the kernels that run
};

struct Registry {
  std::mutex mutex;
  std::map<const unsigned char*, Allocation> allocations;
  std::map<int, std::size_t> device_bytes;
};

Registry& registry() {
  static Registry& made = *new Registry;
  return made;
}

std::size_t device_capacity() {
  const char* mebibytes = std::getenv("KT_EMULATED_MEMORY_MIB");
  return (mebibytes ? std::strtoull(mebibytes, nullptr, 10) : 8192) << 20;
}

// The allocation that the bytes are in, and where it begins, or the end of all.
std::map<const unsigned char*, Allocation>::iterator find(Registry& r, const void* memory,
                                                          std::size_t bytes) {
  const auto* begin = static_cast<const unsigned char*>(memory);
  auto after = r.allocations.upper_bound(begin);
  if (after == r.allocations.begin()) return r.allocations.end();
  --after;
  return begin + bytes <= after->first + after->second.bytes ? after : r.allocations.end();
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

// With its zones. Devices' memory has pages of its own, which can be closed.
struct Room {
  unsigned char* base;
  std::size_t bytes;
};

Room room_of(const unsigned char* memory, const Allocation& allocation) {
  return {const_cast<unsigned char*>(memory) - kZone, rounded(allocation.bytes) + 2 * kZone};
}

void set_closed(const unsigned char* memory, Allocation& allocation, bool closed) {
  if (allocation.kind != Kind::kDevice || allocation.is_closed == closed) return;
  const Room room = room_of(memory, allocation);
  mprotect(room.base, room.bytes, closed ? PROT_NONE : PROT_READ | PROT_WRITE);
  allocation.is_closed = closed;
}

void* allocate(std::size_t bytes, Kind kind) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const bool on_device = kind == Kind::kDevice;
  std::size_t& used = r.device_bytes[current_device()];
  if (on_device && used + bytes > device_capacity()) return nullptr;
  unsigned char* base = allocate_poisoned(rounded(bytes) + 2 * kZone, on_device);
  if (!base) return nullptr;
  unsigned char* memory = base + kZone;
  close_zones(memory, bytes);
  r.allocations.emplace(memory, Allocation{bytes, kind, current_device()});
  if (on_device) used += bytes;
  return memory;
}

cudaError_t release(void* memory, Kind kind, const char* call) {
  if (!memory) return cudaSuccess;
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto at = r.allocations.find(static_cast<unsigned char*>(memory));
  if (at == r.allocations.end() || at->second.kind != kind)
    return refuse(cudaErrorInvalidValue, std::string(call) + " of memory that is not its own");
  set_closed(at->first, at->second, false);
  const Allocation allocation = at->second;
  const bool intact = is_intact(at->first, allocation.bytes);
  r.allocations.erase(at);
  const bool on_device = kind == Kind::kDevice;
  if (on_device) r.device_bytes[allocation.device] -= allocation.bytes;
  const Room room = room_of(static_cast<unsigned char*>(memory), allocation);
  KT_OPEN(room.base, room.bytes);
  free_poisoned(room.base, room.bytes, on_device);
  if (!intact)
    return refuse(cudaErrorLaunchFailure, "something wrote beside " + name_of(allocation));
  return cudaSuccess;
}

}  // namespace

bool is_allocated(const void* memory, std::size_t bytes) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  return find(r, memory, bytes) != r.allocations.end();
}

bool is_device_memory(const void* memory, std::size_t bytes) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto found = find(r, memory, bytes);
  return found != r.allocations.end() && found->second.kind == Kind::kDevice;
}

void close_other_devices(int device) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  for (auto& [memory, allocation] : r.allocations)
    set_closed(memory, allocation, allocation.device != device);
}

void open_memory(const void* memory) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto found = find(r, memory, 1);
  if (found != r.allocations.end()) set_closed(found->first, found->second, false);
}

bool is_of_other_device(const void* memory) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto found = find(r, memory, 1);
  return found != r.allocations.end() && found->second.is_closed;
}

std::string damage() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  for (auto& [memory, allocation] : r.allocations) {
    if (allocation.kind == Kind::kRegistered || allocation.is_closed) continue;
    if (is_intact(memory, allocation.bytes)) continue;
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
  r.allocations.emplace(static_cast<unsigned char*>(memory),
                        Allocation{bytes, Kind::kRegistered, 0});
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

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* found, const void* memory) {
  KT_ENTER(cudaPointerGetAttributes);
  if (is_device_memory(memory, 1)) {
    found->type = cudaMemoryTypeDevice;
  } else {
    found->type = is_allocated(memory, 1) ? cudaMemoryTypeHost : cudaMemoryTypeUnregistered;
  }
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  KT_ENTER(cudaMemGetInfo);
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  *total = device_capacity();
  const std::size_t used = r.device_bytes[current_device()];
  *free = *total > used ? *total - used : 0;
  return cudaSuccess;
}
