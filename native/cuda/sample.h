// SPDX-License-Identifier: Apache-2.0
// What a sampler needs of a step's logits without copying them: the largest, and the mass of all.
#pragma once

#include <stdint.h>

#include "stream.h"

namespace kt::cuda {

constexpr int kTopLogits = 256;

// The largest logits of each token, the largest first, of equal ones that of the lower id; NaN
// counts as the largest of all, so that whoever looks at the first finds it. Where the vocabulary
// has fewer, ids of -1 and values of -infinity follow. `ids`, `values` and `sums` may be mapped
// host memory: each is written once, in order, and none is read.
struct TopLogitsArgs {
  const float* logits;  // [tokens, vocabulary]
  int32_t* ids;         // [tokens, kTopLogits]
  float* values;        // [tokens, kTopLogits]
  float* sums;          // [tokens]: over the whole vocabulary, of exp(logit - largest logit)
  int tokens, vocabulary;
};

// Uses the stream's scratch memory and tickets. Throws std::invalid_argument if it cannot hold the
// candidates of so many tokens, which are hundreds.
void top_logits(Stream& stream, const TopLogitsArgs& args);

}  // namespace kt::cuda
