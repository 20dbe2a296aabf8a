// SPDX-License-Identifier: Apache-2.0
// The ways in which attention is computed, each for the sizes that it suits.
#pragma once

#include "../kernels.h"

namespace kt::cuda {

// On tensor cores: keys and values of up to 256 values, for few tokens or for many.
void attention_few(Stream& stream, const AttentionArgs& args);
void attention_many(Stream& stream, const AttentionArgs& args);

// On tensor cores: values that are the first of their keys, up to 512 of 576.
void attention_latent(Stream& stream, const AttentionArgs& args);

// In float32, any sizes. rounds: what is multiplied is rounded as tensor cores need it.
void attention_float(Stream& stream, const AttentionArgs& args, bool rounds);

}  // namespace kt::cuda
