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
namespace avx_vnni {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
namespace avx512_vnni {
extern const KernelTable kTable;
}
namespace avx512_bf16 {
extern const KernelTable kTable;
}
namespace amx_emulated {
extern const KernelTable kTable;
}
namespace amx {
extern const KernelTable kTable;
}
#endif

extern const KernelTable* const kTables[] = {
#ifdef KT_VECTORS
    &amx::kTable,         &amx_emulated::kTable,
    &avx512_bf16::kTable, &avx512_vnni::kTable,
    &avx512::kTable,      &avx_vnni::kTable,
    &avx2::kTable,
#endif
    &scalar::kTable,      nullptr};

KernelTable resolve(unsigned features, const char* isa) noexcept {
  KernelTable best{};
  bool considered = isa == nullptr;
  for (const KernelTable* const* t = kTables; *t; ++t) {  // fastest first: the first pointer wins
    const KernelTable& table = **t;
    const bool is_asked_for = isa && std::strcmp(isa, table.isa) == 0;
    considered = considered || is_asked_for;
    if (!considered || !table.runs_on(features | (is_asked_for ? kAskedFor : 0u))) continue;
    if (!best.isa) {
      best.isa = table.isa;
      best.needs = table.needs;
      best.has_tiles = table.has_tiles;
    }
    if (!best.attention) best.rounds_attention = table.rounds_attention;
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
