// SPDX-License-Identifier: Apache-2.0
#include "kt/pool.h"

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include "kt/affinity.h"

namespace kt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPausesPerLook = 64;  // between two looks at the clock, which costs some 20 ns

// Some threads are late, or lose their core: with several parts each, the others do their work. A
// claim costs more the more threads there are, so many threads get one each.
constexpr int kManyThreads = 16;
constexpr int kPartsPerThread = 4;

// The parts of a node's word of claims.
constexpr int kCountBits = 24;
constexpr uint64_t kCountMask = (uint64_t{1} << kCountBits) - 1;
constexpr int64_t claimed(uint64_t claims) { return static_cast<int64_t>(claims & kCountMask); }
constexpr int64_t parts(uint64_t claims) {
  return static_cast<int64_t>(claims >> kCountBits & kCountMask);
}
constexpr uint64_t loop(uint64_t claims) { return claims >> 2 * kCountBits; }
constexpr uint64_t word(uint64_t loop, int64_t parts) {
  return loop << 2 * kCountBits | static_cast<uint64_t>(parts) << kCountBits;
}

int checked(int64_t threads) {
  if (threads < 1 || threads > ThreadPool::kMaxThreads) {
    throw std::invalid_argument("a thread pool takes 1 to " +
                                std::to_string(ThreadPool::kMaxThreads) + " threads, not " +
                                std::to_string(threads));
  }
  return static_cast<int>(threads);
}

}  // namespace

ThreadPool::ThreadPool(int threads) : ThreadPool(spread(this_machine(), checked(threads))) {}

ThreadPool::ThreadPool(const std::vector<Place>& places) : threads_(checked(std::ssize(places))) {
  std::vector<int> homes;
  for (const Place& place : places) {
    if (nodes_.empty() || nodes_.back()->id != place.node) {
      nodes_.push_back(std::make_unique<Node>());
      nodes_.back()->id = place.node;
      nodes_.back()->threads_before = static_cast<int>(homes.size());
    }
    ++nodes_.back()->threads;
    homes.push_back(nodes() - 1);
  }
  workers_.reserve(threads_ - 1);
  try {
    for (int i = 1; i < threads_; ++i) {
      workers_.emplace_back([this, home = homes[i], cpu = places[i].cpu] { work(home, cpu); });
    }
  } catch (...) {  // the system gave fewer threads than asked for
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() noexcept {
  stop_.store(true);
  wake();
  for (std::thread& t : workers_) t.join();
}

Range ThreadPool::grains_of_node(int64_t grains, const Node& node) const noexcept {
  return {grains * node.threads_before / threads_,
          grains * (node.threads_before + node.threads) / threads_};
}

Range ThreadPool::share_of_node(int64_t items, int64_t grain, int node) const noexcept {
  const Range grains = grains_of_node((items + grain - 1) / grain, *nodes_[node]);
  return {std::min(grains.begin * grain, items), std::min(grains.end * grain, items)};
}

void ThreadPool::run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept {
  const int64_t grains = (items + grain - 1) / grain;
  if (grains <= 1 || threads_ == 1) {
    if (items > 0) call(body, {0, items});
    return;
  }
  const std::lock_guard turn(turn_);
  call_ = call;
  body_ = body;
  items_ = items;
  grain_ = grain;
  done_.store(0, std::memory_order_relaxed);
  ++loop_;
  int64_t count = 0;
  for (const auto& node : nodes_) {
    node->grains = grains_of_node(grains, *node);
    const int64_t most =
        int64_t{node->threads} * (node->threads < kManyThreads ? kPartsPerThread : 1);
    const int64_t own = std::min(node->grains.end - node->grains.begin, most);
    node->claims.store(word(loop_, own));
    count += own;
  }
  if (parked_.load() > 0) wake();
  while (run_part(0)) {
  }
  // The others are about done. Where they do not get a core, this thread must not keep one.
  for (int looks = 0; done_.load(std::memory_order_acquire) != count; ++looks) {
    if (looks < 10'000) {
      _mm_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

bool ThreadPool::has_part() const noexcept {
  for (const auto& node : nodes_) {
    const uint64_t claims = node->claims.load();
    if (claimed(claims) < parts(claims)) return true;
  }
  return false;
}

// Claims a part and computes it, one of the node `home` if it has any left; false if there is none.
bool ThreadPool::run_part(int home) noexcept {
  Node& own = *nodes_[home];
  const uint64_t seen = own.claims.load();
  if (claimed(seen) < parts(seen)) {
    const uint64_t claim = own.claims.fetch_add(1, std::memory_order_acq_rel);
    if (claimed(claim) < parts(claim)) return run_claimed(own, claim), true;
  }
  for (int other = 1; other < nodes(); ++other) {
    if (help(*nodes_[(home + other) % nodes()], loop(seen))) return true;
  }
  return false;
}

// Claims a part of another node, and only in this loop: not in one that begins meanwhile, in which
// the thread's own node has parts again.
bool ThreadPool::help(Node& node, uint64_t in_loop) noexcept {
  uint64_t claim = node.claims.load();
  while (loop(claim) == in_loop && claimed(claim) < parts(claim)) {
    if (node.claims.compare_exchange_weak(claim, claim + 1, std::memory_order_acq_rel)) {
      return run_claimed(node, claim), true;
    }
  }
  return false;
}

void ThreadPool::run_claimed(const Node& node, uint64_t claim) noexcept {
  const int64_t index = claimed(claim), count = parts(claim);
  const auto [begin, end] = node.grains;
  const Range part{(begin + (end - begin) * index / count) * grain_,
                   std::min((begin + (end - begin) * (index + 1) / count) * grain_, items_)};
  call_(body_, part);
  done_.fetch_add(1, std::memory_order_release);
}

void ThreadPool::await_part() noexcept {
  const auto end = Clock::now() + std::chrono::microseconds(spin_us_.load());
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (has_part() || stop_.load()) return;
      _mm_pause();
    }
  } while (Clock::now() < end);
  std::unique_lock lock(park_);
  parked_.fetch_add(1);
  raised_.wait(lock, [&] { return has_part() || stop_.load(); });
  parked_.fetch_sub(1);
}

void ThreadPool::wake() noexcept {
  // Whoever holds the lock is about to sleep, and would miss the call.
  {
    const std::lock_guard lock(park_);
  }
  raised_.notify_all();
}

void ThreadPool::work(int home, int cpu) noexcept {
  if (cpu >= 0) pin_thread(cpu);
  while (!stop_.load()) {
    if (!run_part(home)) await_part();
  }
}

}  // namespace kt
