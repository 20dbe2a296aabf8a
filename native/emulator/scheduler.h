// SPDX-License-Identifier: Apache-2.0
// Whose turn it is among the threads of the block that runs.
#pragma once

#include <vector>

#include "block.h"
#include "order.h"

namespace kt::emulated {

constexpr unsigned kMostThreads = 1024;
constexpr std::size_t kMostShared = 99 << 10;  // of a block, on every card but the largest
constexpr std::size_t kGuard = 256;

struct Scheduler {
  Fiber main;
  Thread threads[kMostThreads];
  Warp warps[kMostThreads / kLanes];
  unsigned started = 0;  // threads whose fibers stand between two blocks
  unsigned count = 0, warp_count = 0;
  unsigned unfinished = 0, at_barrier = 0;
  Warp* warp = nullptr;  // whose turn it is
  std::vector<unsigned> warp_order, block_order;
  Order order{0};
  alignas(128) unsigned char shared[kGuard + kMostShared + kGuard];
};

extern Scheduler& scheduler;

// A thread of the warp whose turn it is, if one is ready, else of the next warp in order; null if
// nobody is.
Thread* next_thread();

// Lets the next thread run until it is the calling thread's turn again.
void give_turn();

// Makes all warps ready, and the first in order the next.
void begin_turns();

constexpr const char* kBarrier = "__syncthreads";

}  // namespace kt::emulated
