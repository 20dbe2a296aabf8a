// SPDX-License-Identifier: Apache-2.0
// The thread pool: every item once, whatever the numbers, the callers and the gaps between loops.
#include "kt/pool.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "check.h"
#include "kt/affinity.h"

namespace {

using kt::test::check;

// Whether a loop runs each item exactly once, and no part is empty.
bool covers(kt::ThreadPool& pool, int64_t items, int64_t grain) {
  // Plain integers: two threads with the same item are a data race, which a sanitizer reports.
  std::vector<int> visits(static_cast<std::size_t>(items), 0);
  std::atomic<bool> empty{false};
  pool.run(items, grain, [&](kt::Range part) noexcept {
    if (part.begin >= part.end) empty = true;
    for (int64_t i = part.begin; i < part.end; ++i) ++visits[i];
  });
  for (int count : visits) {
    if (count != 1) return false;
  }
  return !empty;
}

void test_sizes() {
  for (int threads : {1, 2, 3, 4, 7, 16, 33}) {
    kt::ThreadPool pool(threads);
    check(pool.threads() == threads, "the pool has the threads asked for");
    for (int64_t items : {0, 1, 2, 3, 5, 16, 33, 1000}) {
      for (int64_t grain : {1, 3, 64, 5000}) {
        check(covers(pool, items, grain), std::to_string(threads) + " threads, " +
                                              std::to_string(items) + " items of grain " +
                                              std::to_string(grain));
      }
    }
  }
}

void test_threads_that_a_pool_does_not_take() {
  for (int threads : {-1, 0, kt::ThreadPool::kMaxThreads + 1}) {
    check(kt::test::raises<std::invalid_argument>([&] { kt::ThreadPool pool(threads); }),
          std::to_string(threads) + " threads are an error");
  }
}

void test_one_part_runs_on_the_caller() {
  kt::ThreadPool pool(4);
  std::thread::id seen;
  pool.run(8, 8, [&](kt::Range) noexcept { seen = std::this_thread::get_id(); });
  check(seen == std::this_thread::get_id(), "a loop of one part runs on the calling thread");
}

std::vector<kt::Place> places(std::vector<int> threads_of_nodes) {
  std::vector<kt::Place> found;
  int node = 0;
  for (const int threads : threads_of_nodes) {
    // Cores that are not there: a thread that cannot stay on its core works all the same.
    for (int i = 0; i < threads; ++i) found.push_back({900 + i, 10 + node});
    ++node;
  }
  return found;
}

void test_nodes() {
  for (const std::vector<int>& threads :
       {std::vector{1, 1}, {3, 1}, {2, 3}, {1, 1, 1, 1}, {4, 2, 1, 5}, {20, 17}}) {
    kt::ThreadPool pool(places(threads));
    check(pool.nodes() == std::ssize(threads) && pool.node_id(1) == 11, "a pool has its nodes");
    for (int64_t items : {0, 1, 2, 3, 5, 16, 33, 1000}) {
      for (int64_t grain : {1, 3, 64, 5000}) {
        check(covers(pool, items, grain),
              "nodes cover " + std::to_string(items) + " items of grain " + std::to_string(grain));
        int64_t end = 0;
        for (int node = 0; node < pool.nodes(); ++node) {
          const kt::Range share = pool.share_of_node(items, grain, node);
          check(share.begin == end && share.end >= share.begin, "shares lie side by side");
          check(share.end == items || share.end % grain == 0, "shares are whole grains");
          end = share.end;
        }
        check(end == items, "shares cover all items");
      }
    }
  }
}

void test_shares_are_in_proportion() {
  kt::ThreadPool pool(places({3, 1}));
  const kt::Range first = pool.share_of_node(1600, 16, 0), second = pool.share_of_node(1600, 16, 1);
  check(first.begin == 0 && first.end == 1200, "three threads of four have three quarters");
  check(second.begin == 1200 && second.end == 1600, "and one has the rest");
}

// Every thread takes one part and waits for the others: nobody is late, nobody helps.
void test_threads_begin_with_their_own_node() {
  constexpr int kThreads = 5, kItems = 100;
  kt::ThreadPool pool(places({2, 3}));
  const kt::Range share = pool.share_of_node(kItems, 1, 0);
  std::map<std::thread::id, int> home;
  std::mutex lock;
  bool same = true, whole = true;
  for (int round = 0; round < 50; ++round) {
    std::set<std::thread::id> seen;
    std::atomic<int> begun{0};
    pool.run(kItems, 1, [&](kt::Range part) noexcept {
      const int node = part.begin < share.end ? 0 : 1;
      {
        const std::lock_guard guard(lock);
        whole = whole && (node == 1 || part.end <= share.end);
        if (!seen.insert(std::this_thread::get_id()).second) return;
        same = same && home.emplace(std::this_thread::get_id(), node).first->second == node;
      }
      ++begun;
      while (begun < kThreads) std::this_thread::yield();
    });
  }
  int threads[2] = {0, 0};
  for (const auto& [thread, node] : home) ++threads[node];
  check(whole, "no part lies in two nodes");
  check(same, "a thread begins with the same node in every loop");
  check(threads[0] == 2 && threads[1] == 3, "each node is begun by its own threads");
  check(home[std::this_thread::get_id()] == 0, "the caller belongs to the first node");
}

// A thread that gets no core must not hold up its node's share.
void test_nodes_help_each_other() {
  kt::ThreadPool pool(places({1, 1}));
  std::atomic<bool> held{false};
  std::atomic<int64_t> done{0};
  pool.run(64, 1, [&](kt::Range part) noexcept {
    if (!held.exchange(true)) {  // whoever comes first is held until the other did all else
      while (done < 64 - (part.end - part.begin)) std::this_thread::yield();
    }
    done += part.end - part.begin;
  });
  check(done == 64, "a node without a running thread gets help");
}

void test_the_caller_stays_where_it_may_run() {
#ifdef __linux__
  cpu_set_t before, after;
  sched_getaffinity(0, sizeof before, &before);
  kt::ThreadPool pool(2);
  pool.run(64, 1, [](kt::Range) noexcept {});
  sched_getaffinity(0, sizeof after, &after);
  check(CPU_EQUAL(&before, &after), "a caller may run where it could before");
#endif
}

// Many short loops in a row: each must be over before the next begins.
void test_order(kt::ThreadPool&& pool) {
  constexpr int kLoops = 5000, kItems = 16;
  std::vector<int> before(kItems, 0), after(kItems, 0);
  for (int round = 0; round < kLoops; ++round) {
    pool.run(kItems, 1, [&](kt::Range part) noexcept {
      // The item half way round: another thread wrote it in the loop before.
      for (int64_t i = part.begin; i < part.end; ++i) {
        after[i] = before[(i + kItems / 2) % kItems] + 1;
      }
    });
    before.swap(after);
  }
  check(before == std::vector<int>(kItems, kLoops), "loops see what the loops before them wrote");
}

// Gaps around the times that workers spin before they sleep: no ticket may be lost.
void test_gaps() {
  kt::ThreadPool pool(3);
  bool all = true;
  for (const int microseconds : {1, 20}) {
    for (int round = 0; round < 300; ++round) {
      std::this_thread::sleep_for(std::chrono::microseconds(round % 150 * microseconds));
      all = covers(pool, 12, 1) && all;
    }
  }
  check(all, "loops after gaps run all items");
}

// A worker's core is wanted by another thread, too.
void test_a_lost_core_is_noticed() {
  const std::vector<kt::Place> places = kt::spread(kt::this_machine(), 2);
  kt::ThreadPool pool(places);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    kt::pin_thread(places[1].cpu);
    while (!stop.load(std::memory_order_relaxed)) {
    }
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!pool.is_crowded() && std::chrono::steady_clock::now() < end) {
    pool.run(2, 1, [](kt::Range) noexcept {});
  }
  check(pool.is_crowded(), "a pool notices that another thread wants a core of its own");
  stop = true;
  other.join();
}

void test_callers_take_turns() {
  kt::ThreadPool pool(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&, c] {
      for (int round = 0; round < 500; ++round) {
        if (!covers(pool, 1 + (c * 7 + round) % 40, 1)) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(wrong == 0, "callers on several threads each get their items");
}

// More pools than cores, each with more threads than cores, all at work.
void test_pools_side_by_side() {
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([&] {
      kt::ThreadPool pool(5);
      for (int round = 0; round < 200; ++round) {
        if (!covers(pool, 50, 1)) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(wrong == 0, "pools do not disturb each other");
}

void test_short_lives() {
  for (int round = 0; round < 100; ++round) {
    const auto pool = std::make_unique<kt::ThreadPool>(1 + round % 6);
    if (round % 2) check(covers(*pool, 20, 1), "a new pool works");
  }
}

// Sets a flag in the middle of a loop; says how many items were computed of that one and the next.
std::pair<int, int> items_until_left(kt::ThreadPool& pool, int64_t items) {
  kt::Flag flag;
  pool.heed(&flag);
  std::atomic<int> before{0}, after{0};
  pool.run(items, 1, [&](kt::Range part) noexcept {
    before += static_cast<int>(part.end - part.begin);
    flag.set();
  });
  pool.run(items, 1, [&](kt::Range) noexcept { ++after; });
  pool.heed(nullptr);
  return {before, after};
}

void test_a_loop_is_left_at_its_next_part() {
  for (const int threads : {1, 2, 5}) {
    kt::ThreadPool pool(threads);
    const auto [before, after] = items_until_left(pool, 1000);
    check(before > 0 && (before < 1000 || threads == 1), "parts that had begun were computed");
    check(after == 0, "no part begins after the flag was set");
    check(items_until_left(pool, 1).second == 0, "not on the calling thread alone either");
    check(covers(pool, 1000, 1), "who heeds no flag computes all");
  }
}

}  // namespace

int main() {
  test_sizes();
  test_threads_that_a_pool_does_not_take();
  test_one_part_runs_on_the_caller();
  test_nodes();
  test_shares_are_in_proportion();
  test_threads_begin_with_their_own_node();
  test_nodes_help_each_other();
  test_the_caller_stays_where_it_may_run();
  test_order(kt::ThreadPool(4));
  test_order(kt::ThreadPool(places({2, 2})));
  test_order(kt::ThreadPool(places({1, 1, 1, 1})));
  test_gaps();
  test_a_lost_core_is_noticed();
  test_callers_take_turns();
  test_pools_side_by_side();
  test_short_lives();
  test_a_loop_is_left_at_its_next_part();
  return kt::test::result();
}
