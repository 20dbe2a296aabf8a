// SPDX-License-Identifier: Apache-2.0
// Tables of the weight types. They are facts of the format.
//
// Included by the files of every instruction set: no function here.
#pragma once

#include <stdint.h>

namespace kt {

template <class Entry, int kEntries>
struct Table {
  Entry at[kEntries];
};

// The values of IQ4_NL's and IQ4_XS's indices.
constexpr int8_t kValuesIQ4[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};
// Twice the floats of four bits: a sign, two bits of exponent, one of mantissa.
constexpr int8_t kValuesFP4[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// Grids of the i-quants: for each index the int8 values of eight or four weights, the first in the
// lowest byte.
extern const Table<uint64_t, 256> kGridIQ2_XXS;
extern const Table<uint64_t, 512> kGridIQ2_XS;
extern const Table<uint64_t, 1024> kGridIQ2_S;
extern const Table<uint32_t, 256> kGridIQ3_XXS;
extern const Table<uint32_t, 512> kGridIQ3_S;
extern const Table<uint64_t, 2048> kGridIQ1;  // of IQ1_S and IQ1_M, times 8

// Halves of NVFP4's scales: floats of four bits of exponent and three of mantissa. The upper bit is
// no part of them; 0x7f, not a number, counts as zero.
extern const Table<float, 256> kHalfE4M3;

}  // namespace kt
