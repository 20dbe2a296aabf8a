// SPDX-License-Identifier: Apache-2.0
// The weight types, and the form of int8 activations.
//
// Included by the files of every instruction set: no C++ library header here.
#pragma once

#include <stdint.h>

#include "kt/blocks.h"

namespace kt {

// The types whose weights lie in blocks. Numbers below 1000 are GGML's, the others those of types
// that exist in memory only. X stands for a type `Block` + name.
#define KT_BLOCK_TYPES(X) \
  X(Q4_0, 2)              \
  X(Q4_1, 3)              \
  X(Q5_0, 6)              \
  X(Q5_1, 7)              \
  X(Q8_0, 8)              \
  X(Q2_K, 10)             \
  X(Q3_K, 11)             \
  X(Q4_K, 12)             \
  X(Q5_K, 13)             \
  X(Q6_K, 14)             \
  X(IQ2_XXS, 16)          \
  X(IQ2_XS, 17)           \
  X(IQ3_XXS, 18)          \
  X(IQ1_S, 19)            \
  X(IQ4_NL, 20)           \
  X(IQ3_S, 21)            \
  X(IQ2_S, 22)            \
  X(IQ4_XS, 23)           \
  X(IQ1_M, 29)            \
  X(TQ1_0, 34)            \
  X(TQ2_0, 35)            \
  X(MXFP4, 39)            \
  X(NVFP4, 40)            \
  X(Q4_G32, 1032)         \
  X(Q4_G64, 1064)         \
  X(Q4_G128, 1128)

enum class WeightType : int {
  kF32 = 0,
  kF16 = 1,
  kBF16 = 30,
#define KT_NUMBER(name, number) k##name = number,
  KT_BLOCK_TYPES(KT_NUMBER)
#undef KT_NUMBER
};

// Activations as int8 in blocks of 32, x = d * q: first the q of a row, then a scale d for each
// block, then what weights with an offset need: d times the sum of the block's q, then the same of
// its two halves.
constexpr int kBlock = 32;
static constexpr int64_t q8_row_bytes(int64_t columns) {
  return columns + columns / kBlock * 4 * static_cast<int64_t>(sizeof(float));
}

}  // namespace kt
