// SPDX-License-Identifier: Apache-2.0
// Which node the rows of matrices lie on.
#pragma once

#include "kt/pool.h"

namespace kt {

// Takes the memory of `matrices` times `rows` rows from the nodes whose threads read them in loops
// over the rows: of each matrix, a node has the share that `share_of_node` gives it. Call it before
// the rows are written: it fills them with zeros. Does nothing where the pool has one node.
//
// Pages come from a node as they are first touched. Binding the ranges instead would split the
// address space into more pieces than Linux allows (65530): two per expert.
void place_rows(ThreadPool& pool, uint8_t* data, int64_t matrices, int64_t rows,
                int64_t row_bytes) noexcept;

}  // namespace kt
