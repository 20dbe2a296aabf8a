// SPDX-License-Identifier: Apache-2.0
// A point in the work of a stream, for which another stream can wait.
#pragma once

#include "errors.h"
#include "runtime.h"

namespace kt::cuda {

class Event {
 public:
  Event() {
    constexpr unsigned kFlags = cudaEventDisableTiming | cudaEventBlockingSync;
    check(cudaEventCreateWithFlags(&event_, kFlags), "creating an event");
  }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // The point after all that was launched on a stream so far.
  void record(cudaStream_t stream) { check(cudaEventRecord(event_, stream), "recording an event"); }

  // Lets what is launched on a stream from now on wait for the point.
  void hold(cudaStream_t stream) {
    check(cudaStreamWaitEvent(stream, event_, 0), "waiting for an event");
  }

  // Sleeps until the point is reached; one never recorded is.
  void wait() { check(cudaEventSynchronize(event_), "waiting for an event"); }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace kt::cuda
