// SPDX-License-Identifier: Apache-2.0
// What the machine can do at most, measured by THREADS threads at once:
//     probe int8 THREADS    10^9 operations per second: a line for each kind of instruction
//     probe bf16 THREADS    the same
// A multiplication and its addition count as two. The best of several rounds is printed, since
// other programs can only slow a round down.
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "products.h"

namespace {

constexpr int kRounds = 5;
constexpr long kSteps = 20'000'000;  // some 0.1 s of vector products

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

void peaks(const std::vector<Product>& products, int threads) {
  for (const Product& product : products) {
    const long steps = kSteps / product.cost;
    const double seconds = shortest(threads, [&](int) { product.run(steps); });
    std::printf("%s %.1f\n", product.name, product.operations * steps * threads / seconds * 1e-9);
  }
}

}  // namespace

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int threads = count == 3 ? std::atoi(words[2]) : 0;
  if (threads < 1) return 2;
  if (std::strcmp(words[1], "int8") == 0) {
    peaks(int8_products(), threads);
  } else if (std::strcmp(words[1], "bf16") == 0) {
    peaks(bf16_products(), threads);
  } else {
    return 2;
  }
  return 0;
}
