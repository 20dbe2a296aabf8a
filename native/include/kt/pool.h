// SPDX-License-Identifier: Apache-2.0
// A fixed set of threads that split one loop at a time. The caller is one of them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "kt/kernels.h"

namespace kt {

// One loop at a time: callers on several threads take turns. A body must not call `run` itself.
//
// A loop is cut into parts, which threads claim one after another. The caller claims too and does
// all of them if need be, so that a thread which has no core to run on delays nobody: only parts
// that were claimed are waited for.
//
// Hand-over: `run` writes the loop into plain members, then stores the number of parts in `claims_`
// (release). A thread that claims one of them (acquire) sees the loop, which stays as it is until
// the part is done: the thread raises `done_` (release) and `run` waits until it has counted all
// parts (acquire). Number of parts and number of claims share one word, so a thread that comes too
// late learns so from its claim alone and looks at nothing else.
//
// Waiting: a thread spins for a while, then counts itself into `parked_` and sleeps until
// `raised_`. Both words are sequentially consistent, so either `run` sees the sleeper and wakes it,
// or the sleeper sees the new loop and does not fall asleep. (Not std::atomic::wait: where there is
// no futex, as on Windows, that of GCC 12's library loses wake-ups.)
class ThreadPool {
 public:
  // Raises std::invalid_argument unless 1 <= threads <= kMaxThreads.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  static constexpr int kMaxThreads = 1024;

  int threads() const noexcept { return threads_; }

  // Calls body(part) on parts that cover [0, items), each of at least `grain` items but for
  // rounding, and returns when all are done. A loop of one part runs on the calling thread alone.
  template <class Body>
  void run(int64_t items, int64_t grain, const Body& body) noexcept {
    run_erased(
        items, grain,
        [](const void* b, Range part) noexcept { (*static_cast<const Body*>(b))(part); }, &body);
  }

 private:
  using Erased = void (*)(const void*, Range) noexcept;

  void run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept;
  void work() noexcept;
  bool run_part() noexcept;
  bool has_part() const noexcept;
  void await_part() noexcept;
  void wake() noexcept;
  void stop() noexcept;

  const int threads_;
  std::mutex turn_;
  std::mutex park_;
  std::condition_variable raised_;
  Erased call_ = nullptr;
  const void* body_ = nullptr;
  int64_t items_ = 0;
  int64_t grain_ = 0;
  alignas(64) std::atomic<uint64_t> claims_{0};  // parts in the high half, claims in the low one
  alignas(64) std::atomic<uint32_t> done_{0};
  alignas(64) std::atomic<int> parked_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

}  // namespace kt
