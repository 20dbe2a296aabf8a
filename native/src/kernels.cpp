// SPDX-License-Identifier: Apache-2.0
// Which instruction sets this CPU has, and the table that this makes.
#include "kt/kernels.h"

#include <cstdlib>
#include <cstring>

namespace kt {

namespace scalar {
extern const KernelTable kTable;
}
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}

extern const KernelTable* const kTables[] = {&avx512::kTable, &avx2::kTable, &scalar::kTable,
                                             nullptr};

unsigned detect_features() noexcept {
  __builtin_cpu_init();  // asks the operating system (xgetbv) as well as the CPU
  unsigned features = 0;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("f16c")) {
    features |= kAvx2;
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    features |= kAvx512;
  }
  return features;
}

KernelTable resolve(unsigned features, const char* isa) noexcept {
  KernelTable best{};
  bool considered = isa == nullptr;
  for (const KernelTable* const* t = kTables; *t; ++t) {  // fastest first: the first pointer wins
    const KernelTable& table = **t;
    considered = considered || std::strcmp(isa, table.isa) == 0;
    if (!considered || (features & table.needs) != table.needs) continue;
    if (!best.isa) {
      best.isa = table.isa;
      best.needs = table.needs;
    }
#define KT_FILL(name, Args, grain) \
  if (!best.name) best.name = table.name;
    KT_KERNELS(KT_FILL)
#undef KT_FILL
  }
  return best;
}

const KernelTable& kernels() noexcept {
  static const KernelTable best = [] {
    const KernelTable capped = resolve(detect_features(), std::getenv("KTDESK_ISA"));
    return capped.isa ? capped : resolve(detect_features(), nullptr);
  }();
  return best;
}

}  // namespace kt
