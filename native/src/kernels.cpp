// SPDX-License-Identifier: Apache-2.0
// The tables of this build, and the one that a machine runs.
#include "kt/kernels.h"

#include <cstdlib>
#include <cstring>

namespace kt {

namespace scalar {
extern const KernelTable kTable;
}
#ifdef KT_VECTORS
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
namespace avx512_vnni {
extern const KernelTable kTable;
}
#endif

extern const KernelTable* const kTables[] = {
#ifdef KT_VECTORS
    &avx512_vnni::kTable, &avx512::kTable, &avx2::kTable,
#endif
    &scalar::kTable, nullptr};

KernelTable resolve(unsigned features, const char* isa) noexcept {
  KernelTable best{};
  bool considered = isa == nullptr;
  for (const KernelTable* const* t = kTables; *t; ++t) {  // fastest first: the first pointer wins
    const KernelTable& table = **t;
    considered = considered || std::strcmp(isa, table.isa) == 0;
    if (!considered || !table.runs_on(features)) continue;
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
  static const KernelTable best = resolve(detect_features(), std::getenv("KTDESK_ISA"));
  return best;
}

}  // namespace kt
