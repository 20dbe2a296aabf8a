// SPDX-License-Identifier: Apache-2.0
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kt/affinity.h"

namespace kt {
namespace {

constexpr unsigned long kMaskBits = 1024;  // as many nodes as kernels are built for

// The C library has no wrappers for these.
long get_policy(int* mode, void* mask) noexcept {
  return syscall(SYS_get_mempolicy, mode, mask, kMaskBits, nullptr, 0);
}
long set_policy(int mode, const void* mask) noexcept {
  return syscall(SYS_set_mempolicy, mode, mask, kMaskBits);
}

}  // namespace

bool pin_thread(int cpu) noexcept {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

PreferredNode::PreferredNode(int node) noexcept : before_{}, is_set_(false) {
  static_assert(sizeof before_.mask * 8 == kMaskBits);
  if (node < 0 || node >= static_cast<int>(kMaskBits)) return;
  if (get_policy(&before_.mode, before_.mask) != 0) return;
  unsigned long long mask[kMaskBits / 64] = {};
  mask[node / 64] = 1ull << node % 64;
  is_set_ = set_policy(MPOL_PREFERRED, mask) == 0;
}

PreferredNode::~PreferredNode() {
  if (is_set_) set_policy(before_.mode, before_.mask);
}

}  // namespace kt
