// SPDX-License-Identifier: Apache-2.0
#include "block.h"

#include <cstring>

#include "faults.h"
#include "poison.h"
#include "report.h"
#include "scheduler.h"
#include "skip.h"

extern "C" {
// All static shared memory, between marks that shared.ld sets.
__attribute__((visibility("hidden"))) extern unsigned char __start_kt_shared[];
__attribute__((visibility("hidden"))) extern unsigned char __stop_kt_shared[];
}

namespace kt::emulated {
namespace {

constexpr unsigned char kGuardByte = 0xA5;

void finish_thread() {
  Scheduler& s = scheduler;
  Thread& self = *thread;
  if (!self.copies.empty())
    fail(self.place, "a thread ends with copies that it has not waited for");
  for (unsigned i = 0; s.at_barrier && i < s.count; ++i) {
    const Thread& other = s.threads[i];
    if (other.waits == kBarrier)
      fail(other.place, "a thread ends while thread ", other.index, " waits in ", kBarrier);
  }
  self.warp->alive &= ~(1u << self.lane);
  if (--s.unfinished == 0) return Fiber::change(self.fiber, s.main);
  give_turn();
}

// A fiber's whole life: once around for every block.
void live() {
  Fiber::enter();
  for (;;) {
    block.launch->kernel->run();
    finish_thread();
  }
}

void prepare_threads(const Launch& launch) {
  Scheduler& s = scheduler;
  s.count = launch.block.x * launch.block.y * launch.block.z;
  s.warp_count = (s.count + kLanes - 1) / kLanes;
  for (unsigned i = 0; i < s.count; ++i) {
    Thread& t = s.threads[i];
    t.lane = i % kLanes;
    t.warp = &s.warps[i / kLanes];
    t.index = dim3(i % launch.block.x, i / launch.block.x % launch.block.y,
                   i / (launch.block.x * launch.block.y));
    t.copies.clear();
  }
  for (; s.started < s.count; ++s.started) s.threads[s.started].fiber.start(live, s.started * 5);
}

// Not by memset, which the address sanitizer would stop at the zones between variables.
void poison_static_memory() {
  unsigned char* at = __start_kt_shared;
  auto bytes = static_cast<std::size_t>(__stop_kt_shared - __start_kt_shared);
  asm volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(kPoison) : "memory");
}

void prepare_block(const Launch& launch) {
  Scheduler& s = scheduler;
  std::memset(block.shared, kPoison, launch.shared_bytes);
  poison_static_memory();
  for (unsigned w = 0; w < s.warp_count; ++w) {
    const unsigned lanes = s.count - w * kLanes;
    s.warps[w].alive = lanes >= kLanes ? ~0u : (1u << lanes) - 1;
    s.warps[w].waiting = 0;
    s.warps[w].first_thread = w * kLanes;
  }
  for (unsigned i = 0; i < s.count; ++i) {
    Thread& t = s.threads[i];
    t.waits = nullptr;
    t.place = Place();
    t.group = 0;
  }
  s.unfinished = s.count;
  s.at_barrier = 0;
  s.order.fill(s.warp_order, s.warp_count);
  begin_turns();
}

void check_guards(const Launch& launch) {
  const unsigned char* after = block.shared + launch.shared_bytes;
  for (std::size_t i = 0; i < kGuard; ++i) {
    if (scheduler.shared[i] == kGuardByte && after[i] == kGuardByte) continue;
    reported = describe(launch);
    report(", block ");
    report(block.index);
    report(": writes outside of its dynamic shared memory of ");
    report(uint64_t{launch.shared_bytes});
    return report(" bytes");
  }
}

void run_block(const Launch& launch) {
  prepare_block(launch);
  thread = next_thread();
  Fiber::change(scheduler.main, thread->fiber);
  if (reported.empty()) {
    check_guards(launch);
  } else {
    scheduler.started = 0;  // fibers are in the middle of something
  }
}

}  // namespace

std::string refusal(const Launch& launch) {
  const dim3 &g = launch.grid, &b = launch.block;
  const uint64_t threads = uint64_t{b.x} * b.y * b.z;
  std::string what;
  if (!threads || threads > kMostThreads || b.x > 1024 || b.y > 1024 || b.z > 64) {
    what = "no block can have as many threads";
  } else if (!g.x || !g.y || !g.z || g.x > 0x7FFFFFFF || g.y > 65535 || g.z > 65535) {
    what = "no grid can have as many blocks";
  } else if (launch.shared_bytes > kMostShared) {
    what = "that is more shared memory than the " + std::to_string(kMostShared) +
           " bytes that every card has";
  } else {
    return {};
  }
  const auto size = [](const dim3& d) {
    return std::to_string(d.x) + " by " + std::to_string(d.y) + " by " + std::to_string(d.z);
  };
  return describe(launch) + " with " + size(g) + " blocks of " + size(b) + " threads and " +
         std::to_string(launch.shared_bytes) + " bytes: " + what;
}

std::string run(const Launch& launch) {
  Scheduler& s = scheduler;
  s.main.adopt_thread();
  reported.clear();
  s.order = Order::chosen();
  skipped = SkippedLine::chosen();
  block.launch = &launch;
  block.shared = s.shared + kGuard;
  std::memset(s.shared, kGuardByte, sizeof(s.shared));
  prepare_threads(launch);
  const Faults faults;
  const unsigned blocks = launch.grid.x * launch.grid.y * launch.grid.z;
  s.order.fill(s.block_order, blocks);
  for (unsigned i = 0; i < blocks && reported.empty(); ++i) {
    const unsigned number = s.block_order[i];
    block.index = dim3(number % launch.grid.x, number / launch.grid.x % launch.grid.y,
                       number / (launch.grid.x * launch.grid.y));
    run_block(launch);
  }
  return reported;
}

void end_launch() {
  Fiber::change(thread->fiber, scheduler.main);
  __builtin_unreachable();
}

bool is_shared(const void* memory, std::size_t bytes) {
  const auto* begin = static_cast<const unsigned char*>(memory);
  if (begin >= block.shared && begin + bytes <= block.shared + block.launch->shared_bytes)
    return true;
  return begin >= __start_kt_shared && begin + bytes <= __stop_kt_shared;
}

}  // namespace kt::emulated
