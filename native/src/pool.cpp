// SPDX-License-Identifier: Apache-2.0
#include "kt/pool.h"

#include <immintrin.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "kt/affinity.h"

namespace kt {
namespace {

constexpr int kPausesPerLook = 64;  // between two looks at the clock, which costs some 20 ns

constexpr int kTeamThreads = 16;

// Some threads are late, or lose their core: with several parts each, the others do their work. But
// each part lays out its activations anew, so where many threads leave little to each, it stays
// whole.
constexpr int kMostParts = 4;
constexpr int kManyThreads = 16;
constexpr int kPartGrains = 2;

int64_t parts_per_thread(int64_t grains, int threads) {
  if (threads < kManyThreads) return kMostParts;
  return std::clamp<int64_t>(grains / (int64_t{threads} * kPartGrains), 1, kMostParts);
}

// The parts of a team's word of claims.
constexpr int kCountBits = 24;
constexpr uint64_t kCountMask = (uint64_t{1} << kCountBits) - 1;
constexpr int64_t claimed(uint64_t claims) { return static_cast<int64_t>(claims & kCountMask); }
constexpr int64_t parts(uint64_t claims) {
  return static_cast<int64_t>(claims >> kCountBits & kCountMask);
}
constexpr bool is_open(uint64_t claims) { return claimed(claims) < parts(claims); }
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
    add_member(place);
    homes.push_back(static_cast<int>(std::ssize(teams_)) - 1);
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

// Makes the next thread one of the last team and node, or begins another.
void ThreadPool::add_member(const Place& place) {
  const int before =
      teams_.empty() ? 0 : teams_.back()->members.before + teams_.back()->members.count;
  const bool elsewhere = nodes_.empty() || nodes_.back().id != place.node;
  if (elsewhere) nodes_.push_back({place.node, {before, 0}});
  if (elsewhere || teams_.back()->members.count == kTeamThreads) {
    teams_.push_back(std::make_unique<Team>());
    teams_.back()->members.before = before;
  }
  ++nodes_.back().members.count;
  ++teams_.back()->members.count;
}

void ThreadPool::stop() noexcept {
  stop_.store(true);
  wake();
  for (std::thread& t : workers_) t.join();
}

Range ThreadPool::grains_of(const Members& members, int64_t grains) const noexcept {
  return {grains * members.before / threads_, grains * (members.before + members.count) / threads_};
}

Range ThreadPool::share_of_node(int64_t items, int64_t grain, int node) const noexcept {
  const Range grains = grains_of(nodes_[node].members, (items + grain - 1) / grain);
  return {std::min(grains.begin * grain, items), std::min(grains.end * grain, items)};
}

void ThreadPool::run_erased(int64_t items, int64_t grain, Erased call, const void* body) noexcept {
  const int64_t grains = (items + grain - 1) / grain;
  if (grains <= 1 || threads_ == 1) {
    if (items > 0 && !is_left()) call(body, {0, items});
    return;
  }
  const std::lock_guard turn(turn_);
  call_ = call;
  body_ = body;
  items_ = items;
  grain_ = grain;
  ++loop_;
  const int64_t each = parts_per_thread(grains, threads_);
  for (const auto& team : teams_) {
    team->done.store(0, std::memory_order_relaxed);
    team->grains = grains_of(team->members, grains);
    const int64_t most = team->members.count * each;
    team->claims.store(word(loop_, std::min(team->grains.end - team->grains.begin, most)));
  }
  if (parked_.load() > 0) wake();
  while (run_part(0)) {
  }
  for (const auto& team : teams_) await_done(*team);
}

// The others are about done. Where they do not get a core, this thread must not keep one.
void ThreadPool::await_done(const Team& team) const noexcept {
  const int64_t count = parts(team.claims.load(std::memory_order_relaxed));
  for (int looks = 0; team.done.load(std::memory_order_acquire) != count; ++looks) {
    if (looks < 10'000) {
      _mm_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

bool ThreadPool::has_part() const noexcept {
  return std::ranges::any_of(teams_, [](const auto& team) { return is_open(team->claims.load()); });
}

// Claims a part and computes it, one of the team `home` if it has any left; false if there is none.
bool ThreadPool::run_part(int home) noexcept {
  Team& own = *teams_[home];
  const uint64_t seen = own.claims.load();
  if (is_open(seen)) {
    const uint64_t claim = own.claims.fetch_add(1, std::memory_order_acq_rel);
    if (is_open(claim)) return run_claimed(own, claim), true;
  }
  const int teams = static_cast<int>(std::ssize(teams_));
  for (int other = 1; other < teams; ++other) {
    if (help(*teams_[(home + other) % teams], loop(seen))) return true;
  }
  return false;
}

// Claims a part of another team, and only in this loop: not in one that begins meanwhile, in which
// the thread's own team has parts again.
bool ThreadPool::help(Team& team, uint64_t in_loop) noexcept {
  uint64_t claim = team.claims.load();
  while (loop(claim) == in_loop && is_open(claim)) {
    if (team.claims.compare_exchange_weak(claim, claim + 1, std::memory_order_acq_rel)) {
      return run_claimed(team, claim), true;
    }
  }
  return false;
}

void ThreadPool::run_claimed(Team& team, uint64_t claim) noexcept {
  const int64_t index = claimed(claim), count = parts(claim);
  const auto [begin, end] = team.grains;
  const Range part{(begin + (end - begin) * index / count) * grain_,
                   std::min((begin + (end - begin) * (index + 1) / count) * grain_, items_)};
  if (!is_left()) call_(body_, part);
  team.done.fetch_add(1, std::memory_order_release);
}

bool ThreadPool::is_left() const noexcept {
  const Flag* const flag = heeded_.load(std::memory_order_relaxed);
  return flag && flag->is_set();
}

// Looks for one for a while. To stop counts as one.
bool ThreadPool::finds_part(int home) noexcept {
  const Team& own = *teams_[home];
  Wait wait(patience_);
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (is_open(own.claims.load()) || stop_.load()) return true;
      _mm_pause();
    }
    if (has_part()) return true;
  } while (!wait.is_over());
  return false;
}

void ThreadPool::await_part(int home) noexcept {
  if (finds_part(home)) return;
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
    if (!run_part(home)) await_part(home);
  }
}

}  // namespace kt
