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

// Some threads are late, or lose their core: with several parts each, the others do their work. A
// claim costs more the more threads there are, so many threads get one each.
constexpr int kManyThreads = 16;
constexpr int kPartsPerThread = 4;

constexpr uint64_t claimed(uint64_t claims) { return claims & 0xffffffff; }
constexpr uint64_t parts(uint64_t claims) { return claims >> 32; }

}  // namespace

ThreadPool::ThreadPool(int threads) : threads_(threads) {
  if (threads < 1 || threads > kMaxThreads) {
    throw std::invalid_argument("a thread pool takes 1 to " + std::to_string(kMaxThreads) +
                                " threads, not " + std::to_string(threads));
  }
  workers_.reserve(threads - 1);
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  } catch (...) {  // the system gave fewer threads than asked for
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() noexcept {
  stop_.store(true);
  wake();
  for (std::thread& t : workers_) t.join();
}

void ThreadPool::run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept {
  const int64_t grains = (items + grain - 1) / grain;
  const int64_t most = int64_t{threads_} * (threads_ < kManyThreads ? kPartsPerThread : 1);
  const int64_t count = threads_ > 1 ? std::min(grains, most) : 1;
  if (count <= 1) {
    if (items > 0) call(body, {0, items});
    return;
  }
  const std::lock_guard turn(turn_);
  call_ = call;
  body_ = body;
  items_ = items;
  grain_ = grain;
  done_.store(0, std::memory_order_relaxed);
  claims_.store(static_cast<uint64_t>(count) << 32);
  if (parked_.load() > 0) wake();
  while (run_part()) {
  }
  // The others are about done. Where they do not get a core, this thread must not keep one.
  for (int looks = 0; done_.load(std::memory_order_acquire) != count; ++looks) {
    if (looks < 10'000) {
      _mm_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

bool ThreadPool::has_part() const noexcept {
  const uint64_t claims = claims_.load();
  return claimed(claims) < parts(claims);
}

// Claims a part and computes it; false if there is none left.
bool ThreadPool::run_part() noexcept {
  if (!has_part()) return false;
  const uint64_t claim = claims_.fetch_add(1, std::memory_order_acq_rel);
  const auto index = static_cast<int64_t>(claimed(claim)),
             count = static_cast<int64_t>(parts(claim));
  if (index >= count) return false;
  const int64_t grains = (items_ + grain_ - 1) / grain_;
  const Range part{grains * index / count * grain_,
                   std::min(grains * (index + 1) / count * grain_, items_)};
  call_(body_, part);
  done_.fetch_add(1, std::memory_order_release);
  return true;
}

void ThreadPool::await_part() noexcept {
  const auto end = Clock::now() + kSpin;
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (has_part() || stop_.load()) return;
      _mm_pause();
    }
  } while (Clock::now() < end);
  std::unique_lock lock(park_);
  parked_.fetch_add(1);
  raised_.wait(lock, [&] { return has_part() || stop_.load(); });
  parked_.fetch_sub(1);
}

void ThreadPool::wake() noexcept {
  // Whoever holds the lock is about to sleep, and would miss the call.
  {
    const std::lock_guard lock(park_);
  }
  raised_.notify_all();
}

void ThreadPool::work() noexcept {
  while (!stop_.load()) {
    if (!run_part()) await_part();
  }
}

}  // namespace kt
