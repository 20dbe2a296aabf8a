// SPDX-License-Identifier: Apache-2.0
// AVX2 with products of bytes (Intel's desktop processors from 2021 on, AMD Zen 5, and later).
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx_vnni {
namespace {

#include "set256.inl"

}  // namespace
}  // namespace kt::avx_vnni

#define KT_ISA avx_vnni
#define KT_NEEDS (kAvx2 | kAvxVnni)
#include "kernels.inl"
