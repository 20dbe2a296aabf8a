// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "context.h"
#include "errors.h"
#include "runtime.h"

namespace kt::cuda {
namespace {

int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

}  // namespace

std::shared_ptr<Arena> Arena::open(int device, int64_t budget_bytes, const GrowthSteps& steps) {
  const DeviceMemory memory = open_context(device);
  const int64_t budget = std::min(budget_bytes, memory.total_bytes);
  if (budget < memory.context_bytes) throw OutOfMemory(memory.context_bytes, budget, budget);
  return std::shared_ptr<Arena>(new Arena(device, budget, memory.context_bytes, steps));
}

Arena::~Arena() { trim(); }

Memory Arena::allocate(int64_t bytes) {
  if (bytes <= 0) throw std::invalid_argument("no bytes to allocate");
  const std::lock_guard lock(mutex_);
  if (bytes > budget_) throw OutOfMemory(bytes, largest_available(), budget_);
  const int64_t size = round_up(bytes, steps_.alignment);
  std::optional<std::uintptr_t> address = blocks_.take(size);
  if (!address && grow(size)) address = blocks_.take(size);
  // The card may have refused what it seemed to have: what is available is less than was asked.
  if (!address) throw OutOfMemory(bytes, std::min(largest_available(), bytes - 1), budget_);
  return Memory(shared_from_this(), {*address, size}, bytes);
}

// Takes a chunk in which a block of `size` bytes has room; gives up unused ones for it if it must.
bool Arena::grow(int64_t size) {
  const int64_t needed = round_up(size, steps_.granule);
  const int64_t wished = size < steps_.chunk / 4 ? steps_.chunk : needed;
  if (take_chunk(wished)) return true;
  trim();
  return take_chunk(wished) || take_chunk(needed);
}

bool Arena::take_chunk(int64_t size) {
  if (size > room()) return false;
  const CurrentDevice current(device_);
  void* address = nullptr;
  const cudaError_t error = cudaMalloc(&address, static_cast<std::size_t>(size));
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // or the next launch would report it
    return false;
  }
  check(error, "taking memory of a card");
  blocks_.add({reinterpret_cast<std::uintptr_t>(address), size});
  return true;
}

// Gives chunks that nothing uses back to the card.
void Arena::trim() {
  for (const Block& chunk : blocks_.remove_free_chunks()) {
    // What can fail here is work before it, which its own stream reports.
    static_cast<void>(cudaFree(reinterpret_cast<void*>(chunk.address)));
  }
}

void Arena::release(Block block) {
  const std::lock_guard lock(mutex_);
  blocks_.put(block);
  if (steps_.chunk == 0) trim();
}

// What the budget leaves to take from the card.
int64_t Arena::room() const { return budget_ - context_ - blocks_.total(); }

int64_t Arena::largest_available() const {
  const int64_t on_card = std::min(room(), open_context(device_).free_bytes);
  return std::max(blocks_.largest_free(), on_card / steps_.granule * steps_.granule);
}

int64_t Arena::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return context_ + blocks_.total() - blocks_.free();
}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(block_, other.block_);
  std::swap(size_, other.size_);
  return *this;
}

Memory::~Memory() {
  if (arena_) arena_->release(block_);
}

}  // namespace kt::cuda
