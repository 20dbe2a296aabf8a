// SPDX-License-Identifier: Apache-2.0
// What the CPU can do and the operating system allows, asked of the hardware directly: compilers
// name the features differently, and on Windows clang's own check needs a library of its own.
#include <cpuid.h>
#ifdef _WIN32
#include <windows.h>
#elif defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "kt/features.h"
#include "kt/kernels.h"

namespace kt {
namespace {

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// All zero where the CPU has no such leaf.
Registers cpuid(unsigned leaf, unsigned part = 0) noexcept {
  Registers r;
  __get_cpuid_count(leaf, part, &r.eax, &r.ebx, &r.ecx, &r.edx);
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
// The same for tiles: their shapes, and what they hold, which is bit 18.
constexpr unsigned kSavesTiles = 0x60000, kTileDataBit = 18;
// Bits of cpuid leaf 1, ECX.
constexpr unsigned kFma = 1u << 12, kOsSaves = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
// Bits of cpuid leaf 7, ECX.
constexpr unsigned kVnniBit = 1u << 11;
// Bits of cpuid leaf 7, EBX.
constexpr unsigned kAvx2Bit = 1u << 5;
constexpr unsigned kF = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
// Bits of cpuid leaf 7, EDX, and of its part 1, EAX.
constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
constexpr unsigned kAvxVnniBit = 1u << 4, kAvx512Bf16 = 1u << 5;

// Whether the operating system lets this process use tiles. It must be asked, since it then keeps
// room for them with every thread.
bool ask_for_tiles() noexcept {
#ifdef _WIN32
  using Enable = BOOL(WINAPI*)(DWORD64);  // Windows 11 and later
  const FARPROC found =
      GetProcAddress(GetModuleHandleA("kernel32.dll"), "EnableProcessOptionalXStateFeatures");
  const auto enable = reinterpret_cast<Enable>(reinterpret_cast<void (*)()>(found));
  return enable && enable(DWORD64{1} << kTileDataBit);
#elif defined(__linux__)
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, kRequestPermission, kTileDataBit) == 0;
#else
  return false;
#endif
}

unsigned ask_hardware() noexcept {
  const Registers basic = cpuid(1), extended = cpuid(7);
  if (!has(basic.ecx, kOsSaves | kAvx | kFma | kF16c)) return 0;
  const unsigned saved = saved_registers();
  if (!has(saved, kSavesAvx) || !has(extended.ebx, kAvx2Bit)) return 0;
  unsigned features = kAvx2;
  const unsigned later = cpuid(7, 1).eax;
  if (has(later, kAvxVnniBit)) features |= kAvxVnni;
  if (!has(saved, kSavesAvx512) || !has(extended.ebx, kF | kDq | kBw | kVl)) return features;
  features |= kAvx512;
  if (has(extended.ecx, kVnniBit)) features |= kVnni;
  if (has(later, kAvx512Bf16)) features |= kBf16;
  const bool has_tiles = has(extended.edx, kAmxTile | kAmxBf16) && has(saved, kSavesTiles);
  if (has_tiles && ask_for_tiles()) features |= kAmx;
  return features;
}

}  // namespace

std::vector<InstructionSet> instruction_sets() {
  const Registers basic = cpuid(1), extended = cpuid(7);
  const unsigned later = cpuid(7, 1).eax;
  const unsigned saved = has(basic.ecx, kOsSaves) ? saved_registers() : 0;
  const bool saves_avx = has(saved, kSavesAvx), saves_avx512 = has(saved, kSavesAvx512);
  const bool has_tiles = has(extended.edx, kAmxTile | kAmxBf16);
  return {
      {"AVX2", has(extended.ebx, kAvx2Bit), saves_avx},
      {"AVX-VNNI", has(later, kAvxVnniBit), saves_avx},
      {"AVX-512 F", has(extended.ebx, kF), saves_avx512},
      {"AVX-512 BW", has(extended.ebx, kBw), saves_avx512},
      {"AVX-512 VNNI", has(extended.ecx, kVnniBit), saves_avx512},
      {"AVX-512 BF16", has(later, kAvx512Bf16), saves_avx512},
      {"AMX", has_tiles, has_tiles && has(saved, kSavesTiles) && ask_for_tiles()},
  };
}

unsigned detect_features() noexcept {
  static const unsigned features = ask_hardware();
  return features;
}

}  // namespace kt
