// SPDX-License-Identifier: Apache-2.0
#include "block.h"

#include <cstring>

#include "order.h"

extern "C" {
// All static shared memory, between marks that shared.ld sets.
__attribute__((visibility("hidden"))) extern unsigned char __start_kt_shared[];
__attribute__((visibility("hidden"))) extern unsigned char __stop_kt_shared[];
}

namespace kt::emulated {
namespace {

constexpr unsigned kMostThreads = 1024;
constexpr std::size_t kMostShared = 99 << 10;  // of a block, on every card but the largest
constexpr std::size_t kGuard = 256;
constexpr int kPoison = 0xFF;  // not a number, as float32, float16 and bfloat16
constexpr unsigned char kGuardByte = 0xA5;

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
  std::string report;
  alignas(128) unsigned char shared[kGuard + kMostShared + kGuard];
};

// Never destroyed: the thread that runs kernels may outlive static objects.
Scheduler& scheduler() {
  static Scheduler& made = *new Scheduler;
  return made;
}

std::string numbers(const dim3& at) {
  std::string text = "(";
  text += std::to_string(at.x) + ", " + std::to_string(at.y) + ", " + std::to_string(at.z);
  return text += ")";
}

std::string line_of(const Place& place) {
  return std::string(place.file_name()) + ":" + std::to_string(place.line());
}

std::string launch_of(const Launch& launch) {
  return std::string("kernel ") + launch.name + " launched at " + launch.file + ":" +
         std::to_string(launch.line);
}

bool same(const Place& a, const Place& b) {
  return a.line() == b.line() &&
         (a.file_name() == b.file_name() || !std::strcmp(a.file_name(), b.file_name()));
}

void change_to(Fiber& to) { Fiber::change(thread->fiber, to); }

// Gives the turn to a thread of this warp, if one is ready, else of the next in order.
Thread* next_thread(Scheduler& s) {
  if (!s.warp->ready) {
    s.warp = nullptr;
    for (unsigned i = 0; i < s.warp_count && !s.warp; ++i) {
      if (s.warps[s.warp_order[i]].ready) s.warp = &s.warps[s.warp_order[i]];
    }
    if (!s.warp) return nullptr;
  }
  const unsigned lane = s.order.pick(s.warp->ready);
  s.warp->ready &= ~(1u << lane);
  return &s.threads[s.warp->first_thread + lane];
}

// Nobody can go on: says who waits where.
[[noreturn]] void fail_stuck(Scheduler& s) {
  const Thread* waiting = nullptr;
  const Thread* other = nullptr;
  for (unsigned i = 0; i < s.count; ++i) {
    const Thread& t = s.threads[i];
    if (!t.waits) continue;
    if (!waiting) waiting = &t;
    if (!other && (t.waits != waiting->waits || !same(t.place, waiting->place))) other = &t;
  }
  std::string what = "thread " + numbers(waiting->index) + " waits in " + waiting->waits +
                     " for threads that never come";
  if (other) {
    what += "; thread " + numbers(other->index) + " waits in " + other->waits + " at " +
            line_of(other->place);
  }
  if (s.unfinished < s.count) {
    what += "; " + std::to_string(s.count - s.unfinished) + " threads have ended";
  }
  fail(what, waiting->place);
}

void give_turn(Scheduler& s) {
  Thread* next = next_thread(s);
  if (!next) fail_stuck(s);
  if (next == thread) return;
  Fiber& from = thread->fiber;
  thread = next;
  Fiber::change(from, next->fiber);
}

void finish_thread(Scheduler& s) {
  Thread& self = *thread;
  if (!self.copies.empty())
    fail("a thread ends with copies that it has not waited for", self.place);
  if (s.at_barrier) {
    for (unsigned i = 0; i < s.count; ++i) {
      if (s.threads[i].waits && !std::strcmp(s.threads[i].waits, "__syncthreads"))
        fail(
            "a thread ends while thread " + numbers(s.threads[i].index) + " waits in __syncthreads",
            s.threads[i].place);
    }
  }
  self.warp->alive &= ~(1u << self.lane);
  if (--s.unfinished == 0) return change_to(s.main);
  give_turn(s);
}

// A fiber's whole life: once around for every block.
void live() {
  Fiber::enter();
  for (;;) {
    block.launch->kernel->run();
    finish_thread(scheduler());
  }
}

void prepare_threads(Scheduler& s, const Launch& launch) {
  s.count = launch.block.x * launch.block.y * launch.block.z;
  s.warp_count = (s.count + kLanes - 1) / kLanes;
  for (unsigned i = 0; i < s.count; ++i) {
    Thread& t = s.threads[i];
    t.number = i;
    t.lane = i % kLanes;
    t.warp = &s.warps[i / kLanes];
    t.index = dim3(i % launch.block.x, i / launch.block.x % launch.block.y,
                   i / (launch.block.x * launch.block.y));
  }
  for (; s.started < s.count; ++s.started) s.threads[s.started].fiber.start(live, s.started * 5);
}

// Not by memset, which the address sanitizer would stop at the zones between variables.
void poison_static_memory() {
  unsigned char* at = __start_kt_shared;
  auto bytes = static_cast<std::size_t>(__stop_kt_shared - __start_kt_shared);
  asm volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(kPoison) : "memory");
}

void prepare_block(Scheduler& s, const Launch& launch) {
  std::memset(block.shared, kPoison, launch.shared_bytes);
  poison_static_memory();
  for (unsigned w = 0; w < s.warp_count; ++w) {
    const unsigned lanes = s.count - w * kLanes;
    s.warps[w].alive = lanes >= kLanes ? ~0u : (1u << lanes) - 1;
    s.warps[w].ready = s.warps[w].alive;
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
  s.warp = &s.warps[s.warp_order[0]];
}

void check_guards(Scheduler& s, const Launch& launch) {
  for (std::size_t i = 0; i < kGuard; ++i) {
    if (s.shared[i] != kGuardByte || block.shared[launch.shared_bytes + i] != kGuardByte) {
      s.report = launch_of(launch) + ", block " + numbers(block.index) +
                 ": writes outside of its dynamic shared memory of " +
                 std::to_string(launch.shared_bytes) + " bytes";
    }
  }
}

void run_block(Scheduler& s, const Launch& launch) {
  prepare_block(s, launch);
  thread = next_thread(s);
  Fiber::change(s.main, thread->fiber);
  if (s.report.empty()) check_guards(s, launch);
  if (!s.report.empty()) s.started = 0;  // fibers are in the middle of something
}

std::string refusal(const Launch& launch) {
  const dim3 &g = launch.grid, &b = launch.block;
  const uint64_t threads = uint64_t{b.x} * b.y * b.z;
  if (!threads || threads > kMostThreads || b.x > 1024 || b.y > 1024 || b.z > 64)
    return "no block can have " + numbers(b) + " threads";
  if (!g.x || !g.y || !g.z || g.x > 0x7FFFFFFF || g.y > 65535 || g.z > 65535)
    return "no grid can have " + numbers(g) + " blocks";
  if (launch.shared_bytes > kMostShared)
    return std::to_string(launch.shared_bytes) + " bytes of shared memory are more than the " +
           std::to_string(kMostShared) + " that every card has";
  return {};
}

}  // namespace

std::string run(const Launch& launch) {
  if (const std::string reason = refusal(launch); !reason.empty())
    return launch_of(launch) + ": " + reason;
  Scheduler& s = scheduler();
  s.main.adopt_thread();
  s.report.clear();
  s.order = Order::chosen();
  block.launch = &launch;
  block.shared = s.shared + kGuard;
  std::memset(s.shared, kGuardByte, sizeof(s.shared));
  prepare_threads(s, launch);
  const unsigned blocks = launch.grid.x * launch.grid.y * launch.grid.z;
  s.order.fill(s.block_order, blocks);
  for (unsigned i = 0; i < blocks && s.report.empty(); ++i) {
    const unsigned number = s.block_order[i];
    block.index = dim3(number % launch.grid.x, number / launch.grid.x % launch.grid.y,
                       number / (launch.grid.x * launch.grid.y));
    run_block(s, launch);
  }
  for (unsigned i = 0; i < s.count; ++i) s.threads[i].copies.clear();
  return s.report;
}

void fail(const std::string& what, const Place& place) {
  Scheduler& s = scheduler();
  s.report = launch_of(*block.launch) + ", block " + numbers(block.index) + ", thread " +
             numbers(thread->index);
  if (place.line()) s.report += ", " + line_of(place);
  s.report += ": " + what;
  change_to(s.main);
  __builtin_unreachable();
}

void wait_block(const Place& place) {
  Scheduler& s = scheduler();
  Thread& self = *thread;
  self.place = place;
  self.waits = "__syncthreads";
  if (s.unfinished < s.count)
    fail("waits in __syncthreads after " + std::to_string(s.count - s.unfinished) +
             " threads have ended",
         place);
  if (++s.at_barrier < s.count) {
    give_turn(s);
    return;
  }
  for (unsigned i = 0; i < s.count; ++i) {
    Thread& other = s.threads[i];
    if (!same(other.place, place))
      fail("waits in another __syncthreads than thread " + numbers(other.index) + " at " +
               line_of(other.place),
           place);
    other.waits = nullptr;
  }
  s.at_barrier = 0;
  for (unsigned w = 0; w < s.warp_count; ++w) s.warps[w].ready = s.warps[w].alive;
  s.warp = &s.warps[s.warp_order[0]];
  give_turn(s);
}

void yield_block() {
  Scheduler& s = scheduler();
  Warp* own = thread->warp;
  unsigned at = 0;
  while (s.warp_order[at] != own->first_thread / kLanes) ++at;
  own->ready |= 1u << thread->lane;
  for (unsigned i = 1; i <= s.warp_count; ++i) {  // the next warp in order comes first
    Warp& other = s.warps[s.warp_order[(at + i) % s.warp_count]];
    if (other.ready) {
      s.warp = &other;
      break;
    }
  }
  give_turn(s);
}

const void* meet(const char* kind, uint32_t mask, const void* in, std::size_t bytes,
                 Complete complete, const Place& place) {
  Thread& self = *thread;
  Warp& warp = *self.warp;
  const uint32_t own = 1u << self.lane;
  self.place = place;
  if (!(mask & own)) fail(std::string(kind) + " by a lane that its mask leaves out", place);
  const uint32_t others = warp.waiting & mask;
  if (others) {
    const unsigned lane = static_cast<unsigned>(__builtin_ctz(others));
    const Thread& other = scheduler().threads[warp.first_thread + lane];
    if (warp.masks[lane] != mask || std::strcmp(warp.kinds[lane], kind) ||
        !same(other.place, place))
      fail(std::string(kind) + " while lane " + std::to_string(lane) + " is in " +
               warp.kinds[lane] + " at " + line_of(other.place),
           place);
  }
  if (bytes) std::memcpy(warp.in[self.lane], in, bytes);
  if ((others | own) == mask) {
    complete(warp, mask);
    warp.waiting &= ~mask;
    warp.ready |= others;
    for (uint32_t left = others; left; left &= left - 1)
      scheduler().threads[warp.first_thread + __builtin_ctz(left)].waits = nullptr;
  } else {
    warp.waiting |= own;
    warp.masks[self.lane] = mask;
    warp.kinds[self.lane] = kind;
    self.waits = kind;
    give_turn(scheduler());
  }
  return warp.out[self.lane];
}

bool is_shared(const void* memory, std::size_t bytes) {
  const auto* begin = static_cast<const unsigned char*>(memory);
  if (begin >= block.shared && begin + bytes <= block.shared + block.launch->shared_bytes)
    return true;
  return begin >= __start_kt_shared && begin + bytes <= __stop_kt_shared;
}

}  // namespace kt::emulated
