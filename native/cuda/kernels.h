// SPDX-License-Identifier: Apache-2.0
// Launches of the kernels that the GPU has, with the arguments of those of the CPU. All pointers
// are to memory that the device reaches; `items` is what the comment of the arguments calls Item.
#pragma once

#include "kt/kernels.h"
#include "stream.h"

namespace kt::cuda {

#define KT_DECLARE(name, Args, grain) void name(Stream& stream, const Args& args, int64_t items);
KT_DEVICE_KERNELS(KT_DECLARE)
#undef KT_DECLARE

}  // namespace kt::cuda
