// SPDX-License-Identifier: Apache-2.0
// The thread that runs a step's jobs when the GPU asks for them by a word in mapped memory.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "handoff_jobs.h"

namespace kt::cuda {

// Spins while a step has jobs left, since to wake a thread takes longer than a hand-off may, and
// sleeps otherwise. Calls no function of CUDA, and holds no lock while a job runs.
class Worker {
 public:
  explicit Worker(JobList& jobs);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Serves requests until `last` is answered, or `stop`.
  void start(uint32_t last);

  // Ends the serving after the present job. Returns at once.
  void stop() noexcept { stopping_.store(true, std::memory_order_release); }

  // Whether it has come back from its last job; waits for that, but not longer than `time`.
  bool comes_back_within(std::chrono::nanoseconds time);

  // Lets the thread go, which never came back from a job. Worker and jobs must then stay for ever.
  void abandon();

 private:
  void loop();
  void serve(uint32_t last) noexcept;

  JobList& jobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t last_ = 0;  // not 0: there is something to serve
  bool ending_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace kt::cuda
