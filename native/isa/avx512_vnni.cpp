// SPDX-License-Identifier: Apache-2.0
// AVX-512 with VNNI, products of bytes (Intel servers 2019, AMD Zen 4 2022, and later).
#include <immintrin.h>

#include "kt/kernels.h"

namespace kt::avx512_vnni {
namespace {

#include "set512.inl"

}  // namespace
}  // namespace kt::avx512_vnni

#define KT_ISA avx512_vnni
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni)
#define KT_STORED_PANELS
#include "kernels.inl"
