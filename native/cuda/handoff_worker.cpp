// SPDX-License-Identifier: Apache-2.0
#include "handoff_worker.h"

#include <immintrin.h>

namespace kt::cuda {
namespace {

// About 50 microseconds. Where there are fewer cores than busy threads, the others must get on.
constexpr int kPausesPerYield = 1000;

}  // namespace

Worker::Worker(JobList& jobs) : jobs_(jobs), thread_([this] { loop(); }) {}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  stop();
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::start(uint32_t last) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return last_ == 0; });  // it may just be coming back
  stopping_.store(false, std::memory_order_relaxed);
  last_ = last;
  lock.unlock();
  changed_.notify_all();
}

bool Worker::comes_back_within(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return last_ == 0; });
}

void Worker::abandon() { thread_.detach(); }

void Worker::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return last_ != 0 || ending_; });
    if (ending_) return;
    const uint32_t last = last_;
    lock.unlock();
    serve(last);
    lock.lock();
    last_ = 0;
    changed_.notify_all();
  }
}

void Worker::serve(uint32_t last) noexcept {
  int pauses = 0;
  for (uint32_t done = 0; done < last;) {
    if (done < jobs_.requested()) {
      jobs_.run(++done);
    } else if (stopping_.load(std::memory_order_acquire)) {
      return;
    } else if (++pauses % kPausesPerYield == 0) {
      std::this_thread::yield();
    } else {
      _mm_pause();
    }
  }
}

}  // namespace kt::cuda
