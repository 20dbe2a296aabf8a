// SPDX-License-Identifier: Apache-2.0
#include "handoff.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "context.h"
#include "errors.h"
#include "runtime.h"

namespace kt::cuda {
namespace {

using Clock = std::chrono::steady_clock;

// Between two looks at whether there is progress. The last job's end is told at once.
constexpr auto kLook = std::chrono::milliseconds(20);
// For the rest of a step that was given up: what a GPU does in milliseconds.
constexpr auto kDrain = std::chrono::seconds(5);

// For a worker whose step was given up to end its job, before it counts as lost.
constexpr auto kLastChance = std::chrono::seconds(1);
constexpr uint32_t kUnknown = std::numeric_limits<uint32_t>::max();

bool is_capturing(Stream& stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(stream.handle(), &status), "asking whether a stream captures");
  return status == cudaStreamCaptureStatusActive;
}

std::string in_seconds(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

Handoff::Handoff(Stream& stream, Backend backend, std::chrono::nanoseconds patience)
    : kind_(backend), patience_(patience), jobs_(std::make_unique<JobList>()) {
  add_stream(stream);
  if (ways_.front().backend->needs_worker()) worker_ = std::make_unique<Worker>(*jobs_);
}

void Handoff::add_stream(Stream& stream) {
  for (const Way& way : ways_)
    if (way.stream == &stream) return;
  const CurrentDevice current(stream.device());
  ways_.push_back({&stream, make_backend(kind_, *jobs_, patience_)});
}

// Of the card that the stream is on: branches of a stream have no way of their own.
HandoffBackend& Handoff::backend_of(const Stream& stream) {
  for (const Way& way : ways_)
    if (way.stream->device() == stream.device()) return *way.backend;
  throw std::logic_error("a hand-off on a card that has no part in the step");
}

Handoff::~Handoff() {
  if (is_running_) {
    try {
      finish_step();
    } catch (const std::exception&) {  // there is nobody left to tell
    }
  }
  const bool is_worker_lost = worker_ && !worker_->comes_back_within(kLastChance);
  if (is_worker_lost) worker_->abandon();
  // What a lost thread, or a host function of the driver's, may still use must stay for ever.
  if (is_worker_lost || !is_drained_) {
    static auto& kept =
        *new std::vector<std::pair<std::unique_ptr<JobList>, std::unique_ptr<Worker>>>;
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    kept.emplace_back(std::move(jobs_), std::move(worker_));
  }
}

uint32_t Handoff::request(Stream& stream, std::vector<Job> jobs, const PublishArgs& data) {
  const bool captures = is_capturing(stream);
  const bool is_in_turn = captures ? !is_sealed_ : is_running_ && !is_captured_;
  if (!is_in_turn) {
    throw std::logic_error("hand-offs are captured before all steps, or else requested in steps");
  }
  is_captured_ = captures;
  const CurrentDevice current(stream.device());
  if (jobs.empty()) throw std::invalid_argument("a request has a job at least");
  uint32_t last = 0;
  for (Job& job : jobs) last = jobs_->add(std::move(job));
  const uint32_t first = last + 1 - static_cast<uint32_t>(jobs.size());
  backend_of(stream).request(stream, first, last, data);
  return first;
}

void Handoff::wait(Stream& stream, uint32_t number, const CollectArgs& data) {
  if (number == 0 || number > jobs_->count()) throw std::out_of_range("no such hand-off");
  const CurrentDevice current(stream.device());
  backend_of(stream).wait(stream, number, data);
}

void Handoff::begin_step() {
  if (is_running_) throw std::logic_error("the last step has not been finished");
  if (has_failed_) throw HandoffError("an earlier step failed, and none is tried again");
  is_sealed_ = true;
  if (!is_captured_) jobs_->clear();
  jobs_->start_over();
  if (worker_) worker_->start(is_captured_ ? jobs_->count() : kUnknown);
  is_running_ = true;
}

void Handoff::finish_step() {
  if (!is_running_) throw std::logic_error("no step has begun");
  is_running_ = false;
  has_failed_ = true;  // until all has gone well
  is_drained_ = false;
  std::string problem = watch();
  if (worker_) worker_->stop();
  if (problem.empty()) {
    for (const Way& way : ways_) way.stream->synchronize();
  }
  if (problem.empty() && jobs_->is_given_up()) problem = "was not finished";
  if (problem.empty()) {
    has_failed_ = false;
    is_drained_ = true;
    return;
  }
  const uint32_t number = std::min(jobs_->finished() + 1, jobs_->count());
  jobs_->give_up();
  is_drained_ = drain();
  throw HandoffError("job " + std::to_string(number) + " (" + jobs_->name(number) + ") " + problem);
}

// Success if all streams have ended, else that they have not, or what one has failed with.
cudaError_t Handoff::state() const {
  cudaError_t all = cudaSuccess;
  for (const Way& way : ways_) {
    const cudaError_t one = cudaStreamQuery(way.stream->handle());
    if (one != cudaSuccess && one != cudaErrorNotReady) return one;
    if (one == cudaErrorNotReady) all = one;
  }
  return all;
}

// Returns what is wrong with the first unfinished job; nothing if all are answered.
std::string Handoff::watch() {
  uint32_t seen = 0;
  Clock::time_point since = Clock::now();
  while (!jobs_->wait_for_all(kLook)) {
    const cudaError_t now = state();
    if (now == cudaSuccess) {
      if (jobs_->wait_for_all({})) break;  // it came in between
      return "was not asked for by the GPU's work, which has ended";
    }
    if (now != cudaErrorNotReady) {
      return std::string("was not asked for, since the GPU failed: ") + cudaGetErrorString(now);
    }
    if (const uint32_t finished = jobs_->finished(); finished != seen) {
      seen = finished;
      since = Clock::now();
    } else if (Clock::now() - since > patience_) {
      return "did not end within " + in_seconds(patience_);
    }
  }
  return jobs_->is_given_up() ? "did not end within " + in_seconds(patience_) : "";
}

// Whether the streams' work ends in time, after nobody waits for the CPU any more.
bool Handoff::drain() {
  const auto end = Clock::now() + std::min<std::chrono::nanoseconds>(patience_, kDrain);
  while (state() == cudaErrorNotReady) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace kt::cuda
