// SPDX-License-Identifier: Apache-2.0
#include "kt/read_ahead.h"

#include "kt/memory.h"

namespace kt {

void read_experts(const ReadExpertsArgs& args, Range experts) noexcept {
  for (int64_t e = experts.begin; e < experts.end; ++e) {
    const bool is_used = args.plan[e + 1] > args.plan[e];
    if (is_used) fetch_soon(args.data + e * args.expert_bytes, args.expert_bytes);
  }
}

}  // namespace kt
