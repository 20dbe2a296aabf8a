// SPDX-License-Identifier: Apache-2.0
// How long threads look for work before they sleep.
#pragma once

#ifdef _MSC_VER
#include <intrin.h>
#else
#include <x86intrin.h>
#endif

#include <atomic>
#include <chrono>
#include <cstdint>

namespace kt {

// To wake a thread takes some 50 us, as long as a small loop, so threads look for more work longer
// than most gaps last: those between two tokens, and those in which a GPU computes the rest of a
// layer. But where other programs want the cores, a thread that looks for work keeps them from
// doing theirs, and its own pool waits for the part whose thread lost its core instead.
//
// That shows: looks follow each other in a microsecond, unless the system gave the core to somebody
// else. Who keeps it for a millisecond computes, and will want it again: for a while all threads of
// the pool soon sleep. (A window that is painted, or a thread that starts a step, takes less.)
// `bench_pool` prints what it is worth.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  bool is_crowded(Clock::time_point now) const noexcept {
    return now.time_since_epoch().count() < crowded_until_.load(std::memory_order_relaxed);
  }

 private:
  friend class Wait;
  static constexpr std::chrono::microseconds kAlone{2000}, kCrowded{50};
  static constexpr std::chrono::seconds kMemory{1};
  static constexpr int64_t kLostCycles = 3'000'000;  // a millisecond at 3 GHz

  void lose_core() noexcept {
    const auto until = Clock::now() + kMemory;
    crowded_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }

  std::atomic<Clock::rep> crowded_until_{0};  // since the clock's epoch
};

// One thread's wait, from its first look to its last one.
class Wait {
 public:
  explicit Wait(Patience& patience) noexcept : patience_(patience) {}
  ~Wait() { look(); }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  // Whether it has been long enough. To be asked after every few looks.
  bool is_over() noexcept {
    look();
    const auto now = Patience::Clock::now();
    return now - begin_ > (patience_.is_crowded(now) ? Patience::kCrowded : Patience::kAlone);
  }

 private:
  // The clock's 20 ns would be felt here: whoever found work is held up by them. Another core's
  // counter may be behind.
  void look() noexcept {
    const auto now = static_cast<int64_t>(__rdtsc());
    if (now - last_ > Patience::kLostCycles) patience_.lose_core();
    last_ = now;
  }

  Patience& patience_;
  const Patience::Clock::time_point begin_ = Patience::Clock::now();
  int64_t last_ = static_cast<int64_t>(__rdtsc());
};

}  // namespace kt
