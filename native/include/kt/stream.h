// SPDX-License-Identifier: Apache-2.0
// CPU streams and graphs, with the meaning that CUDA gives the same words: work launched on a
// stream runs at once, or, while the stream captures, is recorded into a graph for replay.
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "kt/kernels.h"
#include "kt/pool.h"

namespace kt {

template <class Args>
using Kernel = void (*)(const Args&, Range) noexcept;

// A captured sequence of launches. Pointers are fixed at capture; what may change from replay to
// replay (token ids, positions, experts) lies in memory that the kernels read.
class Graph {
 public:
  explicit Graph(ThreadPool& pool) : pool_(&pool) {}

  // Runs every launch in order, each split over the pool. Never throws, never allocates, never
  // takes a lock of the caller's.
  void replay() const noexcept;

  std::size_t size() const noexcept { return nodes_.size(); }

 private:
  friend class Stream;

  struct Node {
    void (*run)(void (*kernel)(), const void* args, Range) noexcept;
    void (*kernel)();
    std::size_t args;  // offset into args_
    int64_t items;
    int64_t grain;
  };

  ThreadPool* pool_;
  std::vector<Node> nodes_;
  std::vector<std::byte> args_;
};

// Not thread-safe: one caller at a time.
class Stream {
 public:
  explicit Stream(ThreadPool& pool, const KernelTable& kernels = kt::kernels())
      : pool_(&pool), kernels_(kernels), graph_(pool) {}

  ThreadPool& pool() const noexcept { return *pool_; }

  // The versions of the kernels to launch on this stream.
  const KernelTable& kernels() const noexcept { return kernels_; }

  // Runs `kernel` over [0, items) now, or records it when capturing.
  template <class Args>
  void launch(Kernel<Args> kernel, const Args& args, int64_t items, int64_t grain) {
    static_assert(std::is_trivially_copyable_v<Args>, "kernel arguments are copied as bytes");
    static_assert(alignof(Args) <= alignof(std::max_align_t));
    if (capturing_) {
      record(kernel, args, items, grain);
    } else {
      pool_->run(items, grain, [&](Range part) noexcept { kernel(args, part); });
    }
  }

  // Both raise std::logic_error if called out of turn.
  void begin_capture();
  Graph end_capture();

 private:
  template <class Args>
  void record(Kernel<Args> kernel, const Args& args, int64_t items, int64_t grain) {
    constexpr std::size_t kAlign = alignof(std::max_align_t);
    const std::size_t at = (graph_.args_.size() + kAlign - 1) / kAlign * kAlign;
    graph_.args_.resize(at + sizeof(Args));
    __builtin_memcpy(graph_.args_.data() + at, &args, sizeof(Args));
    graph_.nodes_.push_back({&call<Args>, reinterpret_cast<void (*)()>(kernel), at, items, grain});
  }

  template <class Args>
  static void call(void (*kernel)(), const void* args, Range part) noexcept {
    reinterpret_cast<Kernel<Args>>(kernel)(*static_cast<const Args*>(args), part);
  }

  ThreadPool* pool_;
  KernelTable kernels_;
  bool capturing_ = false;
  Graph graph_;
};

}  // namespace kt
