// SPDX-License-Identifier: Apache-2.0
#include "kt/pool.h"

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace kt {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than the gaps between the loops of one step, shorter than what would heat an idle machine.
constexpr auto kSpin = std::chrono::microseconds(50);
constexpr int kPausesPerLook = 64;  // between two looks at the clock, which costs some 20 ns

}  // namespace

ThreadPool::ThreadPool(int threads) : threads_(threads) {
  if (threads < 1 || threads > kMaxThreads) {
    throw std::invalid_argument("a thread pool takes 1 to " + std::to_string(kMaxThreads) +
                                " threads, not " + std::to_string(threads));
  }
  workers_.reserve(threads - 1);
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (...) {  // the system gave fewer threads than asked for
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() noexcept {
  stop_.store(true);
  ticket_.fetch_add(1);
  wake();
  for (std::thread& t : workers_) t.join();
}

void ThreadPool::run_part(int index) const noexcept {
  if (index >= parts_) return;
  const Range part{items_ * index / parts_, items_ * (index + 1) / parts_};
  if (part.begin < part.end) call_(body_, part);
}

void ThreadPool::run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept {
  const int64_t parts = std::min<int64_t>(threads_, (items + grain - 1) / grain);
  if (parts <= 1) {
    if (items > 0) call(body, {0, items});
    return;
  }
  const std::lock_guard turn(turn_);
  call_ = call;
  body_ = body;
  items_ = items;
  parts_ = parts;
  pending_.store(threads_ - 1, std::memory_order_relaxed);
  ticket_.fetch_add(1);
  if (parked_.load() > 0) wake();
  run_part(0);
  // The others are about done. Where they do not get a core, this thread must not keep one.
  for (int looks = 0; pending_.load(std::memory_order_acquire) != 0; ++looks) {
    if (looks < 10'000) {
      _mm_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

void ThreadPool::await_ticket(unsigned seen) noexcept {
  const auto end = Clock::now() + kSpin;
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (ticket_.load(std::memory_order_acquire) != seen) return;
      _mm_pause();
    }
  } while (Clock::now() < end);
  std::unique_lock lock(park_);
  parked_.fetch_add(1);
  raised_.wait(lock, [&] { return ticket_.load() != seen; });
  parked_.fetch_sub(1);
}

void ThreadPool::wake() noexcept {
  // Whoever holds the lock is about to sleep, and would miss the call.
  {
    const std::lock_guard lock(park_);
  }
  raised_.notify_all();
}

void ThreadPool::work(int index) noexcept {
  for (unsigned seen = 0;; ++seen) {
    await_ticket(seen);
    if (stop_.load()) return;
    run_part(index);
    pending_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace kt
