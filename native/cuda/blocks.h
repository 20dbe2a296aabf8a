// SPDX-License-Identifier: Apache-2.0
// Which parts of some chunks of memory are free. Knows numbers only, and touches no memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace kt::cuda {

struct Block {
  std::uintptr_t address;
  int64_t size;
};

class Blocks {
 public:
  // Adds a chunk, all of it free.
  void add(Block chunk);

  // Takes the smallest free block that has room; nothing if none has.
  std::optional<std::uintptr_t> take(int64_t size);

  // Gives back what was taken, which joins its free neighbours of the same chunk.
  void put(Block block);

  // Forgets the chunks of which nothing is taken, and returns them.
  std::vector<Block> remove_free_chunks();

  int64_t largest_free() const;

  // All chunks, and the part of them that is free.
  int64_t total() const { return total_; }
  int64_t free() const { return free_bytes_; }

 private:
  void insert(Block block);
  void erase(std::map<std::uintptr_t, int64_t>::iterator block);

  std::map<std::uintptr_t, int64_t> chunks_;
  std::map<std::uintptr_t, int64_t> free_;              // sizes by address
  std::set<std::pair<int64_t, std::uintptr_t>> sizes_;  // the same, the smallest first
  int64_t total_ = 0;
  int64_t free_bytes_ = 0;
};

}  // namespace kt::cuda
