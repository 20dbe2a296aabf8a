// SPDX-License-Identifier: Apache-2.0
// The cores of this machine, the memory nodes they belong to, and where threads go among them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kt {

// A core: those of its hardware threads that this process may use, ascending, at least one. Windows
// numbers them by processor group: 64 * group + number within the group.
using Core = std::vector<int>;

// Memory, and the cores next to it.
struct Node {
  int id;                   // the system's number
  int64_t memory_bytes;     // 0 if unknown
  std::vector<Core> cores;  // fast ones first; none if this process may use none of them
};

// At least one node, ascending.
using Topology = std::vector<Node>;

// The machine as this process may use it: affinity and the processor sets of containers count.
Topology this_machine();

// What Linux's files under the folder `root` say. What they do not say is assumed: a machine of one
// node, where each hardware thread is a core.
Topology topology_of(const std::string& root);

// Where a thread runs: a hardware thread, or -1 for any, and the system's number of the node.
struct Place {
  int cpu;
  int node;
};

// Places for `threads`, at least one: nodes get them in proportion to their cores; within a node
// each core gets one before any gets two, and those for whom no hardware thread is left get none.
std::vector<Place> spread(const Topology& topology, int threads);

}  // namespace kt
