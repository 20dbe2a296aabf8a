// SPDX-License-Identifier: Apache-2.0
#include "kt/placement.h"

#include "kt/affinity.h"
#include "kt/memory.h"

namespace kt {
namespace {

constexpr int64_t kRowGrain = 16;  // loops over rows take them sixteen at a time
constexpr int64_t kPage = 4096;

// The node whose share holds an item.
int owner(const ThreadPool& pool, int64_t rows, int64_t row) noexcept {
  int node = 0;
  while (pool.share_of_node(rows, kRowGrain, node).end <= row) ++node;
  return node;
}

// Writes to every page, and to no byte outside the range.
void touch(uint8_t* begin, const uint8_t* end) noexcept {
  while (begin < end) {
    *static_cast<volatile uint8_t*>(begin) = 0;
    begin += kPage - static_cast<int64_t>(reinterpret_cast<std::uintptr_t>(begin) % kPage);
  }
}

}  // namespace

void place_rows(ThreadPool& pool, uint8_t* data, int64_t matrices, int64_t rows,
                int64_t row_bytes) noexcept {
  if (pool.nodes() == 1) return;
  // The page at the border of two shares is on the wrong side for one of them: where shares are
  // small, huge pages would cost more than they save.
  const int64_t share_bytes = rows * row_bytes / pool.nodes();
  if (share_bytes < 2 * static_cast<int64_t>(kHugePage)) {
    use_plain_pages(data, matrices * rows * row_bytes);
  }
  pool.run(rows, kRowGrain, [&](Range part) noexcept {
    const PreferredNode node(pool.node_id(owner(pool, rows, part.begin)));
    for (int64_t i = 0; i < matrices; ++i) {
      uint8_t* const matrix = data + i * rows * row_bytes;
      touch(matrix + part.begin * row_bytes, matrix + part.end * row_bytes);
    }
  });
}

}  // namespace kt
