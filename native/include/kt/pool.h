// SPDX-License-Identifier: Apache-2.0
// A fixed set of threads that split one loop at a time. The caller is one of them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kt/kernels.h"
#include "kt/topology.h"

namespace kt {

// One loop at a time: callers on several threads take turns. A body must not call `run` itself.
//
// A loop is cut into parts, which threads claim one after another. The caller claims too and does
// all of them if need be, so that a thread which has no core to run on delays nobody: only parts
// that were claimed are waited for.
//
// Nodes: each memory node has a fixed share of the items, in proportion to its threads, and parts
// of its own. Threads claim parts of their node first and help the others then, so that the same
// rows of a matrix are read by the same node in every loop. The caller counts as a thread of the
// first node.
//
// Places: a thread of the pool stays on a core of its own, if the system lets it. The caller is
// not the pool's, and what it may run on is left alone: threads that it starts later, and those who
// ask how many cores the process has, would take its core for all there are. As its core is the one
// that no other thread stays on, the system finds it.
//
// Hand-over: `run` writes the loop into plain members, then stores each node's number of parts in
// the node's `claims` (release). A thread that claims one of them (acquire) sees the loop, which
// stays as it is until the part is done: the thread raises `done_` (release) and `run` waits until
// it has counted all parts of all nodes (acquire). Number of parts and number of claims share one
// word, so a thread that comes too late learns so from its claim alone and looks at nothing else.
// The word holds a number of the loop too: who sees another node's parts before those of its own
// node knows from it that those are still to come, and waits for them. It may wrap.
//
// Waiting: a thread spins for a while, then counts itself into `parked_` and sleeps until
// `raised_`. Both words are sequentially consistent, so either `run` sees the sleeper and wakes it,
// or the sleeper sees the new loop and does not fall asleep. (Not std::atomic::wait: where there is
// no futex, as on Windows, that of GCC 12's library loses wake-ups.)
class ThreadPool {
 public:
  // Threads on the cores of this machine, or on `places`, where the caller has the first one; a
  // node's places lie side by side. Raises std::invalid_argument unless 1 <= threads <=
  // kMaxThreads.
  explicit ThreadPool(int threads);
  explicit ThreadPool(const std::vector<Place>& places);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  static constexpr int kMaxThreads = 1024;

  int threads() const noexcept { return threads_; }

  // Nodes that have threads, and the system's number of each.
  int nodes() const noexcept { return static_cast<int>(nodes_.size()); }
  int node_id(int node) const noexcept { return nodes_[node]->id; }

  // How long threads look for the next loop before they sleep. By default longer than the gaps
  // between the loops of one step, shorter than what would heat an idle machine.
  void set_spin_us(int microseconds) noexcept { spin_us_.store(microseconds); }

  // Which of the items of a loop are a node's.
  Range share_of_node(int64_t items, int64_t grain, int node) const noexcept;

  // Calls body(part) on parts that cover [0, items), each of at least `grain` items but for
  // rounding, and returns when all are done. A loop of one part runs on the calling thread alone.
  template <class Body>
  void run(int64_t items, int64_t grain, const Body& body) noexcept {
    run_erased(
        items, grain,
        [](const void* b, Range part) noexcept { (*static_cast<const Body*>(b))(part); }, &body);
  }

 private:
  using Erased = void (*)(const void*, Range) noexcept;

  struct alignas(64) Node {
    std::atomic<uint64_t> claims{0};  // loop, parts, claims: 16, 24, 24 bits
    Range grains{0, 0};               // the node's share of the loop
    int id = 0, threads = 0;
    int threads_before = 0;  // of the nodes before
  };

  void run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept;
  Range grains_of_node(int64_t grains, const Node& node) const noexcept;
  void work(int home, int cpu) noexcept;
  bool run_part(int home) noexcept;
  bool help(Node& node, uint64_t in_loop) noexcept;
  void run_claimed(const Node& node, uint64_t claim) noexcept;
  bool has_part() const noexcept;
  void await_part() noexcept;
  void wake() noexcept;
  void stop() noexcept;

  const int threads_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::mutex turn_;
  std::mutex park_;
  std::condition_variable raised_;
  Erased call_ = nullptr;
  const void* body_ = nullptr;
  int64_t items_ = 0;
  int64_t grain_ = 0;
  uint64_t loop_ = 0;
  alignas(64) std::atomic<uint32_t> done_{0};
  alignas(64) std::atomic<int> parked_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> spin_us_{50};
  std::vector<std::thread> workers_;
};

}  // namespace kt
