// SPDX-License-Identifier: Apache-2.0
// CPU work inside a CUDA graph: hand-offs, each of which asks the CPU for a job, lets the GPU do
// something else, and goes on with the result.
//
//   capture:  number = handoff.request(stream, job, data)     per layer
//             ... kernels that need not wait ...
//             handoff.wait(stream, number, result)
//   replay:   handoff.begin_step(); graph.replay(); handoff.finish_step()
//
// The data travel through mapped pinned memory, which kernels write and read themselves.
//
// A request may have several jobs: those after the first are for results that are needed later.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "exchange.h"
#include "handoff_backend.h"
#include "handoff_jobs.h"
#include "handoff_worker.h"
#include "stream.h"

namespace kt::cuda {

// A step did not get its CPU work done. What was computed is worthless.
class HandoffError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The hand-offs of one graph, or those of steps that run eagerly, in the order of their requests.
// The last job must be waited for. One caller at a time; it must outlive the graph.
class Handoff {
 public:
  // stream: where steps are launched, on several cards where they begin; branches that join it may
  // have hand-offs, too.
  // patience: how long one job may take, reading from a slow disk included.
  // Raises Error if the driver lacks what the back end needs.
  Handoff(Stream& stream, Backend backend, std::chrono::nanoseconds patience);
  ~Handoff();
  Handoff(const Handoff&) = delete;
  Handoff& operator=(const Handoff&) = delete;

  // The CPU runs `jobs`, one at least, once the data, and all before on this stream, are there.
  // Jobs run one after another, and each is answered when it ends. Returns the first one's number
  // to wait for; those of the others follow.
  uint32_t request(Stream& stream, std::vector<Job> jobs, const PublishArgs& data);

  // Waits for a job, and so for all before it, and adds a result.
  void wait(Stream& stream, uint32_t number, const CollectArgs& data);

  // Another card's stream on which a part of each step is launched.
  void add_stream(Stream& stream);

  // Right before the step is launched. Raises HandoffError if a step has failed before.
  void begin_step();

  // Returns when all of the streams' work is done. Raises HandoffError, naming the job, if one was
  // not asked for or not answered in time; the GPU has then been released from its waits.
  void finish_step();

 private:
  // A stream, and what reaches the CPU from its card.
  struct Way {
    Stream* stream;
    std::unique_ptr<HandoffBackend> backend;
  };

  HandoffBackend& backend_of(const Stream& stream);
  cudaError_t state() const;
  std::string watch();
  bool drain();

  Backend kind_;
  std::chrono::nanoseconds patience_;
  std::unique_ptr<JobList> jobs_;
  std::vector<Way> ways_;
  std::unique_ptr<Worker> worker_;  // null if the back end needs none
  bool is_captured_ = false;        // else the requests are those of the step that runs
  bool is_sealed_ = false;          // a step has begun: what is captured stays as it is
  bool is_running_ = false;
  bool has_failed_ = false;
  bool is_drained_ = true;
};

}  // namespace kt::cuda
