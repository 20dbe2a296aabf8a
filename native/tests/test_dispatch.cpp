// SPDX-License-Identifier: Apache-2.0
// Which table a machine gets.
#include <cstring>
#include <string>

#include "check.h"
#include "kt/kernels.h"

namespace {

using kt::test::check;

bool is(const kt::KernelTable& table, const char* isa) {
  return table.isa && std::strcmp(table.isa, isa) == 0;
}

bool complete(const kt::KernelTable& table) {
#define KT_MISSING(name, Args, grain) \
  if (!table.name) return false;
  KT_KERNELS(KT_MISSING)
#undef KT_MISSING
  return true;
}

constexpr unsigned kVectors = kt::kAvx2 | kt::kAvx512 | kt::kVnni;
constexpr unsigned kAll = kVectors | kt::kBf16 | kt::kAmx;

void check_every_machine() {
  check(is(kt::resolve(0, nullptr), "scalar"), "a machine without vectors runs scalar");
  check(is(kt::resolve(kt::kAvx2, nullptr), "avx2"), "a machine with AVX2 runs avx2");
  check(is(kt::resolve(kVectors, nullptr), "avx512_vnni"), "without tiles avx512_vnni runs");
  check(is(kt::resolve(kVectors | kt::kBf16, nullptr), "avx512_bf16"), "unless it has bfloat16");
  check(is(kt::resolve(kAll, nullptr), "amx"), "a machine with all runs amx");
  check(kt::resolve(kAll, nullptr).has_tiles, "amx has tiles");
  check(!kt::resolve(kAll, "avx512_vnni").has_tiles, "a table below has none");
  check(kt::resolve(kAll, nullptr).rounds_attention, "attention takes what tiles take");
  check(kt::resolve(kVectors | kt::kBf16, nullptr).rounds_attention, "or dot products");
  check(!kt::resolve(kVectors, nullptr).rounds_attention, "but no floats");
  check(is(kt::resolve(kt::kAvx512, nullptr), "scalar"), "avx512 needs AVX2 too");
  for (unsigned features = 0; features <= kAll; ++features) {
    check(complete(kt::resolve(features, nullptr)), "no kernel is missing");
  }
}

void check_caps() {
  check(is(kt::resolve(kt::kAvx2 | kt::kAvx512, "avx2"), "avx2"), "a cap is kept to");
  check(is(kt::resolve(kt::kAvx2, "avx512"), "avx2"), "a cap above the machine is the machine");
  check(is(kt::resolve(kVectors, "amx"), "avx512_vnni"), "emulated tiles are no cap's choice");
  check(is(kt::resolve(kAll, "avx512_bf16"), "avx512_bf16"), "a cap goes without tiles");
  check(is(kt::resolve(kVectors, "amx_emulated"), "amx_emulated"), "unless they are its name");
  check(is(kt::resolve(kt::kAvx2, "amx_emulated"), "avx2"), "and the machine can run them");
  check(!kt::resolve(kt::kAvx2, "sse9").isa, "an unknown name gives no table");
  check(!complete(kt::resolve(kt::kAvx2, "sse9")), "an unknown name gives no kernels");
}

void check_baseline() {
  const kt::KernelTable* last = nullptr;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) last = *t;
  check(last && complete(*last) && last->needs == 0,
        "the last table runs anywhere and is complete");
}

}  // namespace

int main() {
  check_every_machine();
  check_caps();
  check_baseline();
  return kt::test::result();
}
