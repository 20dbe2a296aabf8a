// SPDX-License-Identifier: Apache-2.0
// The CUDA runtime, or the part of it that the emulator answers for.
#pragma once

#ifdef KT_EMULATED
#include "../emulator/runtime.h"
#else
#include <cuda.h>
#include <cuda_runtime.h>
#endif
