// SPDX-License-Identifier: Apache-2.0
// Measures what threads that wait cost and gain: steps a second of made-up decoding, on the threads
// named (by default as many as this machine has), while none and then some others compute as well.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "kt/pool.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRuns = 5, kLayers = 20, kLoops = 8;
constexpr double kRunSeconds = 1, kShortUs = 40, kLongUs = 240, kSamplingUs = 400;
constexpr int kItems = 16;  // of a loop, for each thread

std::atomic<double> sink;

// Sums that take as long as they are many, whoever has the core meanwhile.
void compute(int64_t sums) {
  double x = 1;
  for (int64_t i = 0; i < sums; ++i) x = x * 1.0000001 + 1e-9;
  sink.store(x, std::memory_order_relaxed);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double sums_per_us() {
  constexpr int64_t kSums = 10'000'000;
  const auto begin = Clock::now();
  compute(kSums);
  return kSums / (seconds_since(begin) * 1e6);
}

void step(kt::ThreadPool& pool, double per_us) {
  for (int loop = 0; loop < kLayers * kLoops; ++loop) {
    const double us = loop % 2 ? kLongUs : kShortUs;
    pool.run(int64_t{pool.threads()} * kItems, 1, [&](kt::Range part) noexcept {
      compute(static_cast<int64_t>((part.end - part.begin) * us / kItems * per_us));
    });
  }
  compute(static_cast<int64_t>(kSamplingUs * per_us));
}

double steps_per_s(int threads, int others, double per_us) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (int i = 0; i < others; ++i) {
    busy.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) compute(100'000);
    });
  }
  kt::ThreadPool pool(threads);
  const auto begin = Clock::now();
  int steps = 0;
  for (; seconds_since(begin) < kRunSeconds; ++steps) step(pool, per_us);
  const double rate = steps / seconds_since(begin);
  stop = true;
  for (std::thread& each : busy) each.join();
  return rate;
}

}  // namespace

int main(int count, char** arguments) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int threads = count > 1 ? std::atoi(arguments[1]) : cores;
  const double per_us = sums_per_us();
  for (const int others : {0, 1, cores}) {
    std::vector<double> rates;
    for (int run = 0; run < kRuns; ++run) rates.push_back(steps_per_s(threads, others, per_us));
    std::sort(rates.begin(), rates.end());
    std::printf("%d threads beside %3d others: median %6.1f steps/s (%.1f to %.1f)\n", threads,
                others, rates[kRuns / 2], rates.front(), rates.back());
  }
  return 0;
}
