// SPDX-License-Identifier: Apache-2.0
#include "handoff_jobs.h"

#include <new>
#include <stdexcept>
#include <utility>

#include "exchange.h"

namespace kt::cuda {
namespace {

// What the GPU sees of a word.
volatile uint32_t* plain(std::atomic<uint32_t>& word) {
  static_assert(sizeof(word) == sizeof(uint32_t) && std::atomic<uint32_t>::is_always_lock_free);
  return reinterpret_cast<volatile uint32_t*>(&word);
}

}  // namespace

JobList::JobList()
    : memory_(sizeof(Words)),
      words_(new (memory_.data()) Words),
      entries_(std::make_unique<Entry[]>(kMostJobs)) {}

volatile uint32_t* JobList::requested_word() const noexcept { return plain(words_->requested); }

volatile uint32_t* JobList::answered_word() const noexcept { return plain(words_->answered); }

uint32_t JobList::add(Job job) {
  const uint32_t number = count() + 1;
  if (number > kMostJobs) throw std::length_error("a step has too many hand-offs");
  entries_[number - 1] = {this, number, std::move(job)};
  count_.store(number, std::memory_order_release);
  return number;
}

void JobList::clear() noexcept {
  for (uint32_t i = 0; i < count(); ++i) entries_[i] = {};
  count_.store(0, std::memory_order_release);
}

const std::string& JobList::name(uint32_t number) const noexcept {
  return entries_[number - 1].job.name;
}

void JobList::start_over() noexcept {
  finished_.store(0, std::memory_order_relaxed);
  words_->answered.store(0, std::memory_order_relaxed);
  words_->requested.store(0, std::memory_order_release);
}

void JobList::run(uint32_t number) noexcept {
  if (is_given_up()) return;
  const Job& job = entries_[number - 1].job;
  job.run(job.argument);
  // If the step has been given up meanwhile, that must stay to be seen.
  uint32_t before = number - 1;
  if (!words_->answered.compare_exchange_strong(before, number, std::memory_order_acq_rel)) return;
  finished_.store(number, std::memory_order_release);
  if (number == count()) {
    const std::scoped_lock lock(mutex_);
    all_finished_.notify_all();
  }
}

void JobList::run_entry(void* entry) noexcept {
  const auto* self = static_cast<const Entry*>(entry);
  self->list->run(self->number);
}

void* JobList::entry(uint32_t number) noexcept { return &entries_[number - 1]; }

bool JobList::is_given_up() const noexcept {
  return words_->answered.load(std::memory_order_acquire) == kGivenUp;
}

void JobList::give_up() noexcept { words_->answered.store(kGivenUp, std::memory_order_release); }

bool JobList::all_answered() const noexcept {
  return words_->answered.load(std::memory_order_acquire) >= count();
}

bool JobList::wait_for_all(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  return all_finished_.wait_for(lock, time, [&] { return all_answered(); });
}

}  // namespace kt::cuda
