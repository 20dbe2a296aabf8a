// SPDX-License-Identifier: Apache-2.0
// The instruction sets that products gain from, as people call them.
#pragma once

#include <vector>

namespace kt {

struct InstructionSet {
  const char* name;
  bool is_present;  // in the processor
  bool is_granted;  // the operating system lets this process use it
};

// The least ones first, also those that this machine does not have.
std::vector<InstructionSet> instruction_sets();

}  // namespace kt
