// SPDX-License-Identifier: Apache-2.0
// What only experts need whose weights are brought to the GPU for a prompt.
#pragma once

#include "kt/kernels.h"
#include "stream.h"

namespace kt::cuda {

// Interleaved rows (kt/interleaved.h) to rows as they are in the file, bit for bit.
struct DeinterleaveArgs {
  Matrix interleaved;  // begins at a multiple of 16 bytes
  uint8_t* out;        // [rows, bytes of a stored row]; at a multiple of 2
  int64_t rows;        // a multiple of kPanelRows
};
void deinterleave(Stream& stream, const DeinterleaveArgs& args);

// out[rows[i]] += x[i]. No row is named twice.
struct AddRowsArgs {
  const float* x;       // [count, width]
  const int32_t* rows;  // [count]
  float* out;           // [.., width]
  int64_t count;
  int width;
};
void add_rows(Stream& stream, const AddRowsArgs& args);

}  // namespace kt::cuda
