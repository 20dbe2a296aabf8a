// SPDX-License-Identifier: Apache-2.0
// Reading what will be needed soon from a mapped file that is larger than the memory.
#pragma once

#include "kt/kernels.h"

namespace kt {

// Matrices of experts in a mapped file, and a plan that says which of them come next.
struct ReadExpertsArgs {
  const uint8_t* data;
  int64_t expert_bytes;
  const int32_t* plan;  // as for expert_linear
};

// Asks the system to fetch the matrices that the plan uses, without waiting for them. Item: expert.
// A thread that meets a page which is not there waits for that alone, with all others idle; the
// disk is faster by far when it knows of all pages at once. Which experts a layer uses is known
// only when its router has run; those of a later layer could only be guessed, and most would be
// wrong.
void read_experts(const ReadExpertsArgs& args, Range experts) noexcept;

}  // namespace kt
