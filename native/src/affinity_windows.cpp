// SPDX-License-Identifier: Apache-2.0
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include "kt/affinity.h"

namespace kt {

bool pin_thread(int cpu) noexcept {
  if (cpu < 0) return false;
  GROUP_AFFINITY affinity{};
  affinity.Group = static_cast<WORD>(cpu / 64);
  affinity.Mask = KAFFINITY{1} << cpu % 64;
  return SetThreadGroupAffinity(GetCurrentThread(), &affinity, nullptr);
}

// Windows takes memory from the node that a thread runs on: it runs there for a while.
PreferredNode::PreferredNode(int node) noexcept : before_{}, is_set_(false) {
  GROUP_AFFINITY there{}, before{};
  if (node < 0 || !GetNumaNodeProcessorMaskEx(static_cast<USHORT>(node), &there)) return;
  if (!there.Mask || !SetThreadGroupAffinity(GetCurrentThread(), &there, &before)) return;
  before_.mode = before.Group;
  before_.mask[0] = before.Mask;
  is_set_ = true;
}

PreferredNode::~PreferredNode() {
  if (!is_set_) return;
  GROUP_AFFINITY before{};
  before.Group = static_cast<WORD>(before_.mode);
  before.Mask = before_.mask[0];
  SetThreadGroupAffinity(GetCurrentThread(), &before, nullptr);
}

}  // namespace kt
