// SPDX-License-Identifier: Apache-2.0
// Runs the blocks of a kernel one after the other. Its threads are fibers that run until they must
// wait for each other, one at a time, in an order that can be chosen: what depends on it is a bug.
// What a GPU would let pass in silence or leave undefined ends the launch with a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "fiber.h"
#include "language.h"

namespace kt::emulated {

using Place = std::source_location;

// A kernel with its arguments.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void run() const = 0;
};

struct Launch {
  const char* name;
  const char* file;
  int line;
  dim3 grid, block;
  std::size_t shared_bytes;
  std::shared_ptr<const Kernel> kernel;
};

// A copy to shared memory under way. It lands when its thread waits for it, not before.
struct Copy {
  void* shared;
  const void* global;
  unsigned group;
  bool valid;
};

struct Warp;

struct Thread {
  Fiber fiber;
  dim3 index;
  unsigned lane;
  Warp* warp;
  Place place;        // of the last barrier or collective
  const char* waits;  // for what, or null
  unsigned group;     // of copies, the open one
  std::vector<Copy> copies;
};

constexpr unsigned kLanes = 32;
constexpr std::size_t kSlotBytes = 64;

// What the lanes of a warp do together: each leaves its operand, the last one computes for all.
struct Warp {
  uint32_t alive, ready, waiting;
  unsigned first_thread;
  uint32_t masks[kLanes];  // whom a waiting lane waits for
  alignas(64) unsigned char in[kLanes][kSlotBytes];
  alignas(64) unsigned char out[kLanes][kSlotBytes];
};

// The block that runs.
struct Block {
  const Launch* launch;
  dim3 index;
  unsigned char* shared;  // dynamic
};

inline Block block;
inline Thread* thread;

// Why no card would take the launch, or nothing.
std::string refusal(const Launch& launch);

// Runs all blocks of a launch. Returns the report of what is wrong, or nothing. Only one thread of
// the process may call it.
std::string run(const Launch& launch);

void wait_block(const Place& place);

// Lets the other threads of the block run.
void yield_block();

using Complete = void (*)(Warp& warp, uint32_t mask);

// Waits until all lanes of `mask` have come, then `complete` has made warp.out of warp.in.
// Returns the slot of the calling lane.
const void* meet(const char* kind, uint32_t mask, const void* in, std::size_t bytes,
                 Complete complete, const Place& place);

// Whether the bytes lie in shared memory of the running block.
bool is_shared(const void* memory, std::size_t bytes);

}  // namespace kt::emulated
