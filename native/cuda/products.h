// SPDX-License-Identifier: Apache-2.0
// The two ways to multiply matrices by activations. `linear`, `experts_up` and `experts_down`
// choose by the number of tokens that meet a row of weights.
//
// For both: activations are float32, weights lie as in the file (Layout::kStored), a matrix begins
// at a multiple of 16 bytes, and the memory behind it can be read up to the next one.
#pragma once

#include "kt/kernels.h"

namespace kt::cuda {

class Stream;

// Row by row, bound by memory: for few tokens. What a token gets does not depend on the others.
void gemv(Stream& stream, const LinearArgs& args, int64_t rows);  // rows / args.outputs groups
void experts_up_gemv(Stream& stream, const ExpertsUpArgs& args);
void experts_down_gemv(Stream& stream, const ExpertsDownArgs& args);

// Tile by tile on tensor cores: for many.
void gemm(Stream& stream, const LinearArgs& args, int64_t rows);
void experts_up_gemm(Stream& stream, const ExpertsUpArgs& args);
void experts_down_gemm(Stream& stream, const ExpertsDownArgs& args);

// Tokens up to which rows are multiplied one by one. Of experts that is the average of those that
// have tokens at all, as far as it is known before the plan is: never more than there are tokens,
// also where so few experts are here that the pairs of all of them would make it more.
constexpr int kGemvTokens = 8;
constexpr bool is_few(int64_t tokens) { return tokens <= kGemvTokens; }
template <class Args>
constexpr bool are_few(const Args& a) {
  return is_few(a.pairs / a.pairs_per_token) ||
         a.pairs <= kGemvTokens * most_active(a.pairs, a.experts);
}

}  // namespace kt::cuda
