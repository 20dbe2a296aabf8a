// SPDX-License-Identifier: Apache-2.0
// The memory that the engine takes on a card, within a budget.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>

#include "blocks.h"

namespace kt::cuda {

class Memory;

// In what steps memory is taken. chunk: what is taken at a time for small blocks; one that would
// fill a quarter of it or more gets a chunk of its own. granule: what sizes of chunks are
// multiples of, as the driver takes it in any case.
struct GrowthSteps {
  int64_t alignment, granule, chunk;
};
inline constexpr GrowthSteps kCardSteps{256, int64_t{2} << 20, int64_t{64} << 20};
// A chunk for each block, gone with it: so the emulator sees what touches memory beside a block.
inline constexpr GrowthSteps kExactSteps{1, 1, 0};
#ifdef KT_EMULATED
inline constexpr GrowthSteps kSteps = kExactSteps;
#else
inline constexpr GrowthSteps kSteps = kCardSteps;
#endif

// Memory of one card: weights, caches, activations and scratch all come from here, so that a
// budget makes a large card behave as a smaller one. The card's context counts against it.
//
// Chunks are taken from the card as they are needed and kept: what is given back serves the next
// allocation. They go back to the card when others are needed in their place, or with the last
// Memory. Any thread may call.
class Arena : public std::enable_shared_from_this<Arena> {
 public:
  // budget_bytes: the most that is taken; more than the card has means all of it. Raises
  // OutOfMemory if the card's context alone takes more.
  static std::shared_ptr<Arena> open(int device, int64_t budget_bytes = kAll,
                                     const GrowthSteps& steps = kSteps);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Returns memory that begins at a multiple of 256 bytes, with nothing written to it.
  // Raises std::invalid_argument for no bytes, OutOfMemory if there is no room for them.
  Memory allocate(int64_t bytes);

  int device() const { return device_; }
  int64_t budget_bytes() const { return budget_; }
  int64_t context_bytes() const { return context_; }

  // What is handed out, and the context.
  int64_t used_bytes() const;

  static constexpr int64_t kAll = std::numeric_limits<int64_t>::max();

 private:
  friend class Memory;
  Arena(int device, int64_t budget, int64_t context, const GrowthSteps& steps)
      : device_(device), budget_(budget), context_(context), steps_(steps) {}
  void release(Block block);

  // Those below are called with the lock held.
  bool grow(int64_t size);
  bool take_chunk(int64_t size);
  void trim();
  int64_t room() const;
  int64_t largest_available() const;

  const int device_;
  const int64_t budget_, context_;
  const GrowthSteps steps_;
  mutable std::mutex mutex_;
  Blocks blocks_;
};

// Bytes on a card, which go back to their arena with this object: not before the last work that
// uses them has ended, which whoever holds it must wait for. It keeps the arena alive.
class Memory {
 public:
  ~Memory();
  Memory(Memory&&) noexcept = default;
  Memory& operator=(Memory&& other) noexcept;  // each gets what the other had

  void* data() const { return reinterpret_cast<void*>(block_.address); }
  int64_t size() const { return size_; }
  const Arena& arena() const { return *arena_; }

 private:
  friend class Arena;
  Memory(std::shared_ptr<Arena> arena, Block block, int64_t size)
      : arena_(std::move(arena)), block_(block), size_(size) {}

  std::shared_ptr<Arena> arena_;
  Block block_;
  int64_t size_;  // as asked for: the block may be larger
};

}  // namespace kt::cuda
