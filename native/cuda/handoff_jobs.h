// SPDX-License-Identifier: Apache-2.0
// The CPU's jobs of one step, in order, and how far both sides are.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "pinned.h"

namespace kt::cuda {

// Work for the CPU: a function that throws nothing and calls no function of CUDA.
struct Job {
  void (*run)(void*) = nullptr;
  void* argument = nullptr;
  std::string name;                   // for messages, like "experts of layer 12"
  std::shared_ptr<const void> owner;  // of the argument
};

// Jobs are numbered from 1 on. The GPU says which it has asked for, the CPU which it has answered,
// each by a word in mapped pinned memory that only grows within a step.
//
// One thread adds jobs and watches; another one runs them. A job may be added while those before it
// run, since its request comes later.
class JobList {
 public:
  static constexpr uint32_t kMostJobs = 1024;

  JobList();
  JobList(const JobList&) = delete;
  JobList& operator=(const JobList&) = delete;

  // Returns the job's number. Raises std::length_error.
  uint32_t add(Job job);
  void clear() noexcept;
  uint32_t count() const noexcept { return count_.load(std::memory_order_acquire); }
  const std::string& name(uint32_t number) const noexcept;

  // Before a step: nothing is asked for, nothing answered.
  void start_over() noexcept;

  // Runs the next job, unless the step has been given up, and answers.
  void run(uint32_t number) noexcept;

  // `run` as a host function, with what it takes as its argument.
  static void run_entry(void* entry) noexcept;
  void* entry(uint32_t number) noexcept;

  uint32_t requested() const noexcept { return words_->requested.load(std::memory_order_acquire); }
  uint32_t finished() const noexcept { return finished_.load(std::memory_order_acquire); }
  bool is_given_up() const noexcept;

  // Lets everybody who waits for an answer go on. No job runs after the present one.
  void give_up() noexcept;

  // Waits for all jobs to be answered, or given up, but not longer than `time`: whether they are.
  bool wait_for_all(std::chrono::nanoseconds time);

  // The words, for kernels and memory operations.
  volatile uint32_t* requested_word() const noexcept;
  volatile uint32_t* answered_word() const noexcept;

 private:
  // Each in a cache line of its own, since the other side writes to the neighbour's.
  struct Words {
    alignas(128) std::atomic<uint32_t> requested{0};
    alignas(128) std::atomic<uint32_t> answered{0};
  };
  struct Entry {
    JobList* list = nullptr;
    uint32_t number = 0;
    Job job;
  };

  bool all_answered() const noexcept;

  PinnedMemory memory_;
  Words* words_;
  std::unique_ptr<Entry[]> entries_;  // never moves: graphs hold addresses
  std::atomic<uint32_t> count_{0};
  std::atomic<uint32_t> finished_{0};
  std::mutex mutex_;
  std::condition_variable all_finished_;
};

}  // namespace kt::cuda
