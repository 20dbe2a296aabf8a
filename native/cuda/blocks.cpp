// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include <iterator>

namespace kt::cuda {

void Blocks::insert(Block block) {
  free_.emplace(block.address, block.size);
  sizes_.emplace(block.size, block.address);
  free_bytes_ += block.size;
}

void Blocks::erase(std::map<std::uintptr_t, int64_t>::iterator block) {
  sizes_.erase({block->second, block->first});
  free_bytes_ -= block->second;
  free_.erase(block);
}

void Blocks::add(Block chunk) {
  chunks_.emplace(chunk.address, chunk.size);
  total_ += chunk.size;
  insert(chunk);
}

std::optional<std::uintptr_t> Blocks::take(int64_t size) {
  const auto found = sizes_.lower_bound({size, 0});
  if (found == sizes_.end()) return std::nullopt;
  const Block block{found->second, found->first};
  erase(free_.find(block.address));
  if (block.size > size) {
    insert({block.address + static_cast<std::uintptr_t>(size), block.size - size});
  }
  return block.address;
}

void Blocks::put(Block block) {
  const auto end = [](const auto& part) {
    return part.first + static_cast<std::uintptr_t>(part.second);
  };
  auto next = free_.lower_bound(block.address);
  // Chunks may lie side by side, but are given back one by one: blocks stay within theirs.
  if (next != free_.begin() && !chunks_.contains(block.address)) {
    const auto before = std::prev(next);
    if (end(*before) == block.address) {
      block = {before->first, before->second + block.size};
      erase(before);
    }
  }
  const std::uintptr_t after = block.address + static_cast<std::uintptr_t>(block.size);
  if (next != free_.end() && next->first == after && !chunks_.contains(after)) {
    block.size += next->second;
    erase(next);
  }
  insert(block);
}

std::vector<Block> Blocks::remove_free_chunks() {
  std::vector<Block> removed;
  for (auto chunk = chunks_.begin(); chunk != chunks_.end();) {
    const auto block = free_.find(chunk->first);
    if (block == free_.end() || block->second != chunk->second) {
      ++chunk;
      continue;
    }
    removed.push_back({chunk->first, chunk->second});
    total_ -= chunk->second;
    erase(block);
    chunk = chunks_.erase(chunk);
  }
  return removed;
}

int64_t Blocks::largest_free() const { return sizes_.empty() ? 0 : sizes_.rbegin()->first; }

}  // namespace kt::cuda
