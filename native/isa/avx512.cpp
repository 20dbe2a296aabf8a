// SPDX-License-Identifier: Apache-2.0
// AVX-512 build of every kernel (Intel servers 2017, AMD Zen 4 2022, and later). Bytes stay in
// 256-bit registers, since blocks hold 32 of them.
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx512 {
namespace {

#include "set512.inl"

}  // namespace
}  // namespace kt::avx512

#define KT_ISA avx512
#define KT_NEEDS (kAvx2 | kAvx512)
#include "kernels.inl"
