// SPDX-License-Identifier: Apache-2.0
// AVX2 build of every kernel (Intel 2013, AMD 2015, and later).
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx2 {
namespace {

#include "set256.inl"

}  // namespace
}  // namespace kt::avx2

#define KT_ISA avx2
#define KT_NEEDS kAvx2
#include "kernels.inl"
