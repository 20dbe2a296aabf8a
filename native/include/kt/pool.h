// SPDX-License-Identifier: Apache-2.0
// A fixed set of threads that split one loop at a time. The caller is one of them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kt/flag.h"
#include "kt/kernels.h"
#include "kt/patience.h"
#include "kt/topology.h"

namespace kt {

// One loop at a time: callers on several threads take turns. A body must not call `run` itself.
//
// A loop is cut into parts, which threads claim one after another. The caller claims too and does
// all of them if need be, so that a thread which has no core to run on delays nobody: only parts
// that were claimed are waited for.
//
// Teams: a word that all threads of a large machine write to passes from core to core, one after
// another, and each passage takes as long as a small part of a loop. So a few threads of the same
// memory node are a team, with a fixed share of the items, in proportion to its threads, and words
// of its own. Threads claim parts of their team first and help the others then, so that the same
// rows of a matrix are read by the same node in every loop. The caller counts as a thread of the
// first team.
//
// Places: a thread of the pool stays on a core of its own, if the system lets it. The caller is
// not the pool's, and what it may run on is left alone: threads that it starts later, and those who
// ask how many cores the process has, would take its core for all there are. As its core is the one
// that no other thread stays on, the system finds it.
//
// Hand-over: `run` writes the loop into plain members, then stores each team's number of parts in
// the team's `claims` (release). A thread that claims one of them (acquire) sees the loop, which
// stays as it is until the part is done: the thread raises the team's `done` (release) and `run`
// waits until each team has counted all its parts (acquire). Number of parts and number of claims
// share one word, so a thread that comes too late learns so from its claim alone and looks at
// nothing else. The word holds a number of the loop too: who sees another team's parts before those
// of its own team knows from it that those are still to come, and waits for them. It may wrap.
//
// Leaving: parts that begin after the heeded flag was set are counted, but not computed. As it
// stays set, no loop reads what another one left out.
//
// Waiting: a thread spins for a while (patience.h) on its team's word, with a look at the others'
// now and then, then counts itself into `parked_` and sleeps until `raised_`. Both words are
// sequentially consistent, so either `run` sees the sleeper and wakes it, or the sleeper sees the
// new loop and does not fall asleep. (Not std::atomic::wait: where there is no futex, as on
// Windows, that of GCC 12's library loses wake-ups.)
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
  int node_id(int node) const noexcept { return nodes_[node].id; }

  // Whether other programs want the threads' cores, as far as threads that looked for work saw.
  bool is_crowded() const noexcept { return patience_.is_crowded(Patience::Clock::now()); }

  // Looks at a flag from now on, which outlives that; at none if it is null. Once it is set, loops
  // end at their next part, and what they were to write is undefined.
  void heed(const Flag* flag) noexcept { heeded_.store(flag, std::memory_order_relaxed); }

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

  // Threads of a pool: those of a team, or of a memory node.
  struct Members {
    int before = 0, count = 0;  // threads of the others before, own threads
  };
  struct Node {
    int id = 0;
    Members members;
  };
  struct alignas(64) Team {
    std::atomic<uint64_t> claims{0};  // loop, parts, claims: 16, 24, 24 bits
    Range grains{0, 0};               // the team's share of the loop
    Members members;
    alignas(64) std::atomic<uint32_t> done{0};  // parts, by whoever did them
  };

  void run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept;
  void add_member(const Place& place);
  Range grains_of(const Members& members, int64_t grains) const noexcept;
  void work(int home, int cpu) noexcept;
  bool run_part(int home) noexcept;
  bool help(Team& team, uint64_t in_loop) noexcept;
  void run_claimed(Team& team, uint64_t claim) noexcept;
  bool is_left() const noexcept;
  void await_done(const Team& team) const noexcept;
  bool has_part() const noexcept;
  bool finds_part(int home) noexcept;
  void await_part(int home) noexcept;
  void wake() noexcept;
  void stop() noexcept;

  const int threads_;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Team>> teams_;
  std::mutex turn_;
  std::mutex park_;
  std::condition_variable raised_;
  Erased call_ = nullptr;
  const void* body_ = nullptr;
  int64_t items_ = 0;
  int64_t grain_ = 0;
  uint64_t loop_ = 0;
  std::atomic<const Flag*> heeded_{nullptr};  // `run` hands it over with the loop
  alignas(64) std::atomic<int> parked_{0};
  std::atomic<bool> stop_{false};
  Patience patience_;
  std::vector<std::thread> workers_;
};

}  // namespace kt
