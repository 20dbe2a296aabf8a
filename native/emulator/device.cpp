// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <chrono>
#include <thread>

#include "memory.h"
#include "report.h"

namespace kt::cuda {
namespace {

constexpr std::size_t kCopyBytes = 16;

bool is_aligned(const void* memory) {
  return reinterpret_cast<uintptr_t>(memory) % kCopyBytes == 0;
}

// A kernel that asks and asks must end too.
void check_patience(const Place& place) {
  thread_local const emulated::Launch* launch = nullptr;
  thread_local std::chrono::steady_clock::time_point since;
  const auto now = std::chrono::steady_clock::now();
  if (launch != emulated::block.launch) {
    launch = emulated::block.launch;
    since = now;
  }
  if (now - since > emulated::patience())
    emulated::fail(place, "waits for a value that the host never wrote");
}

}  // namespace

float half_to_float(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t rest = bits & 0x7FFFu;
  if (rest >= 0x7C00u) return __uint_as_float(sign | 0x7F800000u | (rest & 0x3FFu) << 13);
  // The exponent moves by a product, which is right for the numbers without a leading one too.
  const float magnitude = __uint_as_float(rest << 13) * 0x1p112f;
  return __uint_as_float(sign | __float_as_uint(magnitude));
}

uint16_t float_to_half(float value) {
  const uint32_t bits = __float_as_uint(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t rest = bits & 0x7FFFFFFFu;
  if (rest > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7FFFu);
  if (rest >= 0x477FF000u) return static_cast<uint16_t>(sign | 0x7C00u);
  if (rest < 0x38800000u) {  // below the least with a leading one: units of 2^-24
    const float units = __uint_as_float(rest) * 0x1p24f;
    return static_cast<uint16_t>(sign | static_cast<uint32_t>(std::nearbyint(units)));
  }
  const uint32_t rounded = rest + 0xFFFu + (rest >> 13 & 1u) - (112u << 23);
  return static_cast<uint16_t>(sign | rounded >> 13);
}

void copy_async16(void* shared, const void* global, bool valid, const Place& place) {
  if (!is_aligned(shared) || (valid && !is_aligned(global)))
    emulated::fail(place, "copy_async16 between addresses that are no multiples of 16");
  if (!emulated::is_shared(shared, kCopyBytes))
    emulated::fail(place, "copy_async16 to what is not shared memory of the block");
  if (valid &&
      (!emulated::is_allocated(global, kCopyBytes) || emulated::is_of_other_device(global)))
    emulated::fail(place, "copy_async16 from what is not memory of the device");
  std::memset(shared, 0xFF, kCopyBytes);  // under way: poison
  emulated::Thread& self = *emulated::thread;
  self.place = place;
  self.copies.push_back({shared, global, self.group, valid});
}

void commit_copies() { ++emulated::thread->group; }

void wait_groups(unsigned groups) {
  emulated::Thread& self = *emulated::thread;
  std::size_t landed = 0;
  while (landed < self.copies.size() && self.copies[landed].group + groups < self.group) {
    const emulated::Copy& copy = self.copies[landed++];
    if (copy.valid) {
      std::memcpy(copy.shared, copy.global, kCopyBytes);
    } else {
      std::memset(copy.shared, 0, kCopyBytes);
    }
  }
  self.copies.erase(self.copies.begin(), self.copies.begin() + static_cast<std::ptrdiff_t>(landed));
}

uint32_t load_system(const volatile uint32_t* from, const Place& place) {
  thread_local unsigned calls = 0;
  if (++calls % 4096 == 0) {
    check_patience(place);
    emulated::yield_block();
  }
  return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}

void sleep_ns(unsigned nanoseconds, const Place& place) {
  check_patience(place);
  emulated::yield_block();
  std::this_thread::sleep_for(std::chrono::nanoseconds(nanoseconds));
}

uint64_t clock_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

}  // namespace kt::cuda
