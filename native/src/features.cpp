// SPDX-License-Identifier: Apache-2.0
// What the CPU can do and the operating system allows, asked of the hardware directly: compilers
// name the features differently, and on Windows clang's own check needs a library of its own.
#include <cpuid.h>

#include "kt/kernels.h"

namespace kt {
namespace {

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// All zero where the CPU has no such leaf.
Registers cpuid(unsigned leaf) noexcept {
  Registers r;
  __get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

// The registers that the operating system saves when it switches threads.
unsigned saved_registers() noexcept {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

constexpr bool has(unsigned value, unsigned bits) { return (value & bits) == bits; }

// Bits of XCR0: SSE and AVX; with AVX-512's masks, upper halves and upper registers.
constexpr unsigned kSavesAvx = 0x06, kSavesAvx512 = 0xe6;
// Bits of cpuid leaf 1, ECX.
constexpr unsigned kFma = 1u << 12, kOsSaves = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
// Bits of cpuid leaf 7, ECX.
constexpr unsigned kVnniBit = 1u << 11;
// Bits of cpuid leaf 7, EBX.
constexpr unsigned kAvx2Bit = 1u << 5;
constexpr unsigned kF = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;

}  // namespace

unsigned detect_features() noexcept {
  const Registers basic = cpuid(1), extended = cpuid(7);
  if (!has(basic.ecx, kOsSaves | kAvx | kFma | kF16c)) return 0;
  const unsigned saved = saved_registers();
  if (!has(saved, kSavesAvx) || !has(extended.ebx, kAvx2Bit)) return 0;
  unsigned features = kAvx2;
  if (!has(saved, kSavesAvx512) || !has(extended.ebx, kF | kDq | kBw | kVl)) return features;
  features |= kAvx512;
  if (has(extended.ecx, kVnniBit)) features |= kVnni;
  return features;
}

}  // namespace kt
