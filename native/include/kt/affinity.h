// SPDX-License-Identifier: Apache-2.0
// What a thread asks of the system: a core to run on, a node to get its memory from. Both are
// wishes: a container may refuse them, and a core may be gone.
#pragma once

namespace kt {

// Keeps this thread on a hardware thread, numbered as in topology.h. False if that cannot be.
bool pin_thread(int cpu) noexcept;

// While it lives, pages that this thread is the first to touch come from a node, as long as that
// has some left.
class PreferredNode {
 public:
  explicit PreferredNode(int node) noexcept;
  ~PreferredNode();
  PreferredNode(const PreferredNode&) = delete;
  PreferredNode& operator=(const PreferredNode&) = delete;

 private:
  struct Before {  // how it was
    int mode;
    unsigned long long mask[16];  // of nodes, or of processors in a group
  };
  Before before_;
  bool is_set_;
};

}  // namespace kt
