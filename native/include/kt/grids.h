// SPDX-License-Identifier: Apache-2.0
// Grids of the i-quants: for each index the int8 values of eight or four weights, the first in the
// lowest byte. They are facts of the format.
//
// Included by the files of every instruction set: no function here.
#pragma once

#include <stdint.h>

namespace kt {

template <class Entry, int kEntries>
struct Grid {
  Entry at[kEntries];
};

extern const Grid<uint64_t, 256> kGridIQ2_XXS;
extern const Grid<uint64_t, 512> kGridIQ2_XS;
extern const Grid<uint64_t, 1024> kGridIQ2_S;
extern const Grid<uint32_t, 256> kGridIQ3_XXS;
extern const Grid<uint32_t, 512> kGridIQ3_S;
extern const Grid<uint64_t, 2048> kGridIQ1;  // of IQ1_S and IQ1_M, times 8

}  // namespace kt
