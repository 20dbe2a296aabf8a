// SPDX-License-Identifier: Apache-2.0
#include "scheduler.h"

#include <cstring>

#include "report.h"
#include "skip.h"

namespace kt::emulated {
namespace {

bool same(const Place& a, const Place& b) {
  return a.line() == b.line() &&
         (a.file_name() == b.file_name() || !std::strcmp(a.file_name(), b.file_name()));
}

// Nobody can go on: says who waits where.
[[noreturn]] void fail_stuck() {
  const Scheduler& s = scheduler;
  const Thread* waiting = nullptr;
  const Thread* other = nullptr;
  for (unsigned i = 0; i < s.count; ++i) {
    const Thread& t = s.threads[i];
    if (!t.waits) continue;
    if (!waiting) waiting = &t;
    if (!other && (t.waits != waiting->waits || !same(t.place, waiting->place))) other = &t;
  }
  begin_report(waiting->place);
  report("thread ");
  report(waiting->index);
  report(" waits in ");
  report(waiting->waits);
  report(" for threads that never come");
  if (other) {
    report("; thread ");
    report(other->index);
    report(" waits in ");
    report(other->waits);
    report(" at ");
    report(other->place);
  }
  if (s.unfinished < s.count) {
    report("; threads that have ended: ");
    report(uint64_t{s.count - s.unfinished});
  }
  end_launch();
}

// Ends the launch if another lane of `mask` waits in something else.
void check_company(const Warp& warp, const char* kind, uint32_t mask, uint32_t others,
                   const Place& place) {
  const auto lane = static_cast<unsigned>(__builtin_ctz(others));
  const Thread& other = scheduler.threads[warp.first_thread + lane];
  const bool other_kind = other.waits != kind && std::strcmp(other.waits, kind);
  if (warp.masks[lane] != mask || other_kind || !same(other.place, place))
    fail(place, kind, " while lane ", uint64_t{lane}, " is in ", other.waits, " at ", other.place);
}

}  // namespace

// Never destroyed: the thread that runs kernels may outlive static objects.
Scheduler& scheduler = *new Scheduler;

Thread* next_thread() {
  Scheduler& s = scheduler;
  if (!s.warp->ready) {
    unsigned i = 0;
    while (i < s.warp_count && !s.warps[s.warp_order[i]].ready) ++i;
    if (i == s.warp_count) return nullptr;
    s.warp = &s.warps[s.warp_order[i]];
  }
  const unsigned lane = s.order.pick(s.warp->ready);
  s.warp->ready &= ~(1u << lane);
  return &s.threads[s.warp->first_thread + lane];
}

void give_turn() {
  Thread* next = next_thread();
  if (!next) fail_stuck();
  if (next == thread) return;
  Fiber& from = thread->fiber;
  thread = next;
  Fiber::change(from, next->fiber);
}

void begin_turns() {
  Scheduler& s = scheduler;
  for (unsigned w = 0; w < s.warp_count; ++w) s.warps[w].ready = s.warps[w].alive;
  s.warp = &s.warps[s.warp_order[0]];
}

void wait_block(const Place& place) {
  if (is_skipped(place)) return;
  Scheduler& s = scheduler;
  Thread& self = *thread;
  self.place = place;
  self.waits = kBarrier;
  if (s.unfinished < s.count)
    fail(place, "waits in ", kBarrier,
         " when threads have ended: ", uint64_t{s.count - s.unfinished});
  if (++s.at_barrier == s.count) {
    for (unsigned i = 0; i < s.count; ++i) {
      Thread& other = s.threads[i];
      if (!same(other.place, place))
        fail(place, "waits in another ", kBarrier, " than thread ", other.index, " at ",
             other.place);
      other.waits = nullptr;
    }
    s.at_barrier = 0;
    begin_turns();
  }
  give_turn();
}

void yield_block() {
  Scheduler& s = scheduler;
  Warp& own = *thread->warp;
  own.ready |= 1u << thread->lane;
  unsigned at = 0;
  while (&s.warps[s.warp_order[at]] != &own) ++at;
  do {  // the next warp in order comes first
    at = (at + 1) % s.warp_count;
    s.warp = &s.warps[s.warp_order[at]];
  } while (!s.warp->ready);
  give_turn();
}

const void* meet(const char* kind, uint32_t mask, const void* in, std::size_t bytes,
                 Complete complete, const Place& place) {
  Thread& self = *thread;
  Warp& warp = *self.warp;
  const uint32_t own = 1u << self.lane;
  self.place = place;
  if (!(mask & own)) fail(place, kind, " by a lane that its mask leaves out");
  const uint32_t others = warp.waiting & mask;
  if (others) check_company(warp, kind, mask, others, place);
  if (bytes) std::memcpy(warp.in[self.lane], in, bytes);
  if ((others | own) == mask) {
    complete(warp, mask);
    warp.waiting &= ~mask;
    warp.ready |= others;
  } else {
    warp.waiting |= own;
    warp.masks[self.lane] = mask;
    self.waits = kind;
    give_turn();
    self.waits = nullptr;
  }
  return warp.out[self.lane];
}

}  // namespace kt::emulated
