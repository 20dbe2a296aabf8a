// SPDX-License-Identifier: Apache-2.0
// Threads that take turns on one thread of the operating system, each on a stack of its own.
#pragma once

#include <cstddef>

namespace kt::emulated {

class Fiber {
 public:
  Fiber() = default;  // stands for the code that already runs
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Lets the next switch to this fiber call `entry`, which must never return. Whatever the fiber
  // was in the middle of is forgotten. `color` spreads the tops of stacks over cache lines.
  void start(void (*entry)(), unsigned color);

  // Leaves the running fiber `from` for `to`, and returns when somebody switches back.
  static void change(Fiber& from, Fiber& to);

  // To be called first in an entry.
  static void enter();

  // To be called by the thread on which fibers run, for the fiber that stands for it.
  void adopt_thread();

 private:
  void* top_ = nullptr;    // of the suspended stack
  char* stack_ = nullptr;  // lowest address
  std::size_t size_ = 0;
  void* fake_stack_ = nullptr;  // of the address sanitizer
  void* race_fiber_ = nullptr;  // of the thread sanitizer
};

}  // namespace kt::emulated
