// SPDX-License-Identifier: Apache-2.0
// Streams and graphs of one card: what is launched on a stream runs in order, or, while the stream
// captures, is recorded into a graph for replay.
#pragma once

#include <cstddef>
#include <memory>

#include "arena.h"
#include "event.h"
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
  Graph(cudaGraphExec_t exec, cudaStream_t stream, int device)
      : exec_(exec), stream_(stream), device_(device) {}

  cudaGraphExec_t exec_;
  cudaStream_t stream_;
  int device_;
};

// Not thread-safe: one caller at a time. All calls raise an Error if CUDA, or a kernel that was
// launched before, failed.
class Stream {
 public:
  static constexpr std::size_t kScratchBytes = std::size_t{64} << 20;
  static constexpr int kTickets = 65536;

  // On the arena's card, which is the first one, all of it, unless another is given.
  explicit Stream(std::shared_ptr<Arena> arena = Arena::open(0));
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t handle() const { return handle_; }

  // While it captures, the thread may still allocate and copy elsewhere.
  void begin_capture();
  Graph end_capture();
  bool is_capturing() const { return is_capturing_; }

  // Lets what is launched from now on wait for all that was launched on another stream, maybe of
  // another card. Outside of captures.
  void follow(Stream& other);

  // Waits for all that was launched.
  void synchronize();

  // kScratchBytes of device memory, a launch's own until the next launch on the stream.
  void* scratch() const { return scratch_.data(); }

  // kTickets counters in device memory, zero at the begin of each launch: it leaves them so.
  int* tickets() const { return static_cast<int*>(tickets_.data()); }

  int multiprocessors() const { return multiprocessors_; }
  int device() const { return scratch_.arena().device(); }

 private:
  Memory scratch_, tickets_;
  cudaStream_t handle_ = nullptr;
  std::unique_ptr<Event> reached_;
  int multiprocessors_ = 0;
  bool is_capturing_ = false;
};

}  // namespace kt::cuda
