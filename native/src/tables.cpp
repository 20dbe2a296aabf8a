// SPDX-License-Identifier: Apache-2.0
// Tables of the weight types.
#include "kt/tables.h"

namespace kt {
namespace {

constexpr Table<float, 256> half_e4m3() {
  Table<float, 256> result{};
  for (int x = 0; x < 256; ++x) {
    const int exponent = x >> 3 & 15, mantissa = x & 7;
    float value = static_cast<float>(exponent ? mantissa + 8 : mantissa) / 1024;
    for (int i = 1; i < exponent; ++i) value *= 2;
    result.at[x] = x == 0x7f ? 0 : value;
  }
  return result;
}

}  // namespace

constinit const Table<float, 256> kHalfE4M3 = half_e4m3();

#define KT_GRID constinit
#include "kt/grids.inl"
#undef KT_GRID

}  // namespace kt
