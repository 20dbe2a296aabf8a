// SPDX-License-Identifier: Apache-2.0
// Streams and graphs of one card: what is launched on a stream runs in order, or, while the stream
// captures, is recorded into a graph for replay.
#pragma once

#include <cstddef>

#include "runtime.h"

namespace kt::cuda {

class Stream;

// A captured sequence of launches. Pointers are fixed at capture; what may change from replay to
// replay lies in memory that the kernels read. Must not outlive its stream.
class Graph {
 public:
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&&) = delete;
  ~Graph();

  // Launches everything again, in one launch; it does not wait.
  void replay();

 private:
  friend class Stream;
  Graph(cudaGraphExec_t exec, cudaStream_t stream) : exec_(exec), stream_(stream) {}

  cudaGraphExec_t exec_;
  cudaStream_t stream_;
};

// Not thread-safe: one caller at a time. All calls raise an Error if CUDA, or a kernel that was
// launched before, failed.
class Stream {
 public:
  static constexpr std::size_t kScratchBytes = std::size_t{64} << 20;
  static constexpr int kTickets = 65536;

  Stream();  // on the current device of the thread
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t handle() const { return handle_; }

  // While it captures, the thread may still allocate and copy elsewhere.
  void begin_capture();
  Graph end_capture();

  // Waits for all that was launched.
  void synchronize();

  // kScratchBytes of device memory, a launch's own until the next launch on the stream.
  void* scratch() const { return scratch_; }

  // kTickets counters in device memory, zero at the begin of each launch: it leaves them so.
  int* tickets() const { return tickets_; }

  int multiprocessors() const { return multiprocessors_; }

 private:
  cudaStream_t handle_ = nullptr;
  void* scratch_ = nullptr;
  int* tickets_ = nullptr;
  int multiprocessors_ = 0;
};

}  // namespace kt::cuda
