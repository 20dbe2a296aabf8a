// SPDX-License-Identifier: Apache-2.0
// The thread pool: every item once, whatever the numbers, the callers and the gaps between loops.
#include "kt/pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"

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

// Many short loops in a row: each must be over before the next begins.
void test_order() {
  kt::ThreadPool pool(4);
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

// Gaps around the time that workers spin before they sleep: no ticket may be lost.
void test_gaps() {
  kt::ThreadPool pool(3);
  bool all = true;
  for (int round = 0; round < 300; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(round % 100 * 2));
    all = covers(pool, 12, 1) && all;
  }
  check(all, "loops after gaps run all items");
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

}  // namespace

int main() {
  test_sizes();
  test_threads_that_a_pool_does_not_take();
  test_one_part_runs_on_the_caller();
  test_order();
  test_gaps();
  test_callers_take_turns();
  test_pools_side_by_side();
  test_short_lives();
  return kt::test::result();
}
