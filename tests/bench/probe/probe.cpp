// SPDX-License-Identifier: Apache-2.0
// What the machine can do at most, measured by THREADS threads at once:
//     probe read THREADS    GB/s read from memory
//     probe int8 THREADS    10^9 int8 operations per second: a line for each kind of instruction
// A multiplication and its addition count as two. The best of several rounds is printed, since
// other programs can only slow a round down.
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "int8.h"

namespace {

constexpr int kRounds = 5;
constexpr std::size_t kReadBytes = std::size_t{1} << 30;  // more than caches hold
constexpr long kSteps = 20'000'000;                       // some 0.1 s of int8 products

volatile std::uint64_t sink;

// Returns the shortest time, in seconds, in which all threads did work(thread) once.
template <class Work>
double shortest(int threads, Work work) {
  double best = 1e9;
  std::chrono::steady_clock::time_point start;
  std::barrier begin(threads, [&]() noexcept { start = std::chrono::steady_clock::now(); });
  std::barrier end(threads, [&]() noexcept {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    if (passed.count() < best) best = passed.count();
  });
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        begin.arrive_and_wait();
        work(thread);
        end.arrive_and_wait();
      }
    });
  }
  running.clear();  // waits
  return best;
}

void read(int threads) {
  const std::size_t words = kReadBytes / sizeof(std::uint64_t) / threads;
  std::vector<std::unique_ptr<std::uint64_t[]>> parts(threads);
  for (auto& part : parts) {
    part.reset(new std::uint64_t[words]);
    std::memset(part.get(), 1, words * sizeof(std::uint64_t));
  }
  const double seconds = shortest(threads, [&](int thread) {
    const std::uint64_t* part = parts[thread].get();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words; ++i) sum += part[i];
    sink = sum;
  });
  std::printf("read %.2f\n", words * sizeof(std::uint64_t) * threads / seconds * 1e-9);
}

void int8(int threads) {
  for (const Product& product : products()) {
    const long steps = kSteps / product.cost;
    const double seconds = shortest(threads, [&](int) { sink = product.run(steps); });
    std::printf("%s %.1f\n", product.name, product.operations * steps * threads / seconds * 1e-9);
  }
}

}  // namespace

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int threads = count == 3 ? std::atoi(words[2]) : 0;
  if (threads < 1) return 2;
  if (std::strcmp(words[1], "read") == 0) {
    read(threads);
  } else if (std::strcmp(words[1], "int8") == 0) {
    int8(threads);
  } else {
    return 2;
  }
  return 0;
}
