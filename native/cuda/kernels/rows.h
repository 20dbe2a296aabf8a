// SPDX-License-Identifier: Apache-2.0
// A product of rows with few tokens, as its kernel (row_kernel.cuh) takes it: linear, and both
// halves of routed experts, are this with different ends. Rows come in pairs, which one warp, or
// some warps that share the columns, multiply together: two neighbours, or the same row of gate and
// up.
#pragma once

#include "../stream.h"
#include "kt/kernels.h"

namespace kt::cuda {

// What becomes of the sums of a pair of rows.
enum class Then : int {
  kStore,     // two outputs
  kUp,        // the activation of these and of gate's outputs, which are there already
  kActivate,  // the activation of both: one hidden value
  kAdd        // weighed, added to the two outputs of the token
};

constexpr int kMostTokens = 4;  // that meet a row at a time

struct RowProduct {
  const uint8_t* rows[2];  // the first pair
  int64_t pair_bytes;      // from a pair to the next
  int64_t matrix_bytes;    // from a matrix, of a group or an expert, to the next
  int columns, pairs, outputs, matrices;
  const uint8_t* x;           // rows of floats
  int64_t x_token, x_matrix;  // bytes
  int tokens;                 // that meet a matrix: all, or at most
  // The plan of routed experts, or null: then all tokens meet all matrices.
  const int32_t* plan;
  int plan_pairs, experts, pairs_per_token;
  bool x_of_tokens;  // rows of x belong to tokens, else to pairs in the plan's order
  float* out;
  int64_t out_token, out_matrix;  // floats
  const float* bias[2];           // [matrices, outputs] or null
  const float* weights;           // [pairs of the plan]
  const float* start;             // [tokens, outputs] or null
  Activation activation;
  Then then;
  // How it is launched.
  int split_bits;   // 1 << split_bits warps share a pair
  int fold_bits;    // so many rows, 1 << fold_bits, follow each other as one: `columns` are theirs
  int chunk_steps;  // steps of columns whose x lies in shared memory at a time
  // Of one token whose outputs are added to: the rows of x, all their columns, that lie in shared
  // memory at a time, and the most pairs of rows that a block has. Or zero: matrix by matrix.
  int together, block_pairs;

  // Whether a block has the same rows of all matrices: it alone adds to their outputs.
  __host__ __device__ bool owns_rows() const { return then == Then::kAdd; }
};

// Launches the kernel for one type of weights: float, Float16, Bf16 or a block. `parts`: of how
// many matrices a token has pairs to share out; nothing else about tokens decides how sums are
// made.
template <class Weight>
void multiply_rows(Stream& stream, const RowProduct& product, int64_t parts);

}  // namespace kt::cuda
