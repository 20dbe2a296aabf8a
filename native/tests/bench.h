// SPDX-License-Identifier: Apache-2.0
// Measures kernels and prints JSON: for each table that this machine can run, kernel and shape the
// median time of several runs, their spread, and what it means in GB/s and GFLOP/s. Bytes are those
// that must be read, so weights that fit a cache exceed memory.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "kt/stream.h"

namespace kt::test {

using Clock = std::chrono::steady_clock;

constexpr int kRuns = 15;
constexpr int kLeastRuns = 3;
constexpr double kPatience = 2;  // seconds for the runs beyond the least

struct Bench {
  Stream& stream;
  const KernelTable& kernels;
  int threads;
  bool& first;

  // Times `body`, which reads `bytes` and computes `operations`, after one run to warm up.
  void measure(const char* kernel, const char* type, const char* shape, double bytes,
               double operations, const std::function<void()>& body) const {
    body();
    std::vector<double> seconds;
    const auto begin = Clock::now();
    for (int run = 0; run < kRuns; ++run) {
      const auto start = Clock::now();
      const double spent = std::chrono::duration<double>(start - begin).count();
      if (run >= kLeastRuns && spent > kPatience) break;
      body();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::sort(seconds.begin(), seconds.end());
    const double median = seconds[seconds.size() / 2];
    std::printf(
        "%s\n    {\"table\": \"%s\", \"kernel\": \"%s\", \"type\": \"%s\", \"shape\": \"%s\", "
        "\"threads\": %d, \"runs\": %zu, \"median_us\": %.2f, \"fastest_us\": %.2f, "
        "\"slowest_us\": %.2f, \"gb_per_s\": %.2f, \"gflop_per_s\": %.2f}",
        first ? "" : ",", kernels.isa, kernel, type, shape, threads, seconds.size(), median * 1e6,
        seconds.front() * 1e6, seconds.back() * 1e6, bytes / median * 1e-9,
        operations / median * 1e-9);
    first = false;
  }
};

// The tables that this machine can run.
inline std::vector<KernelTable> all_tables() {
  std::vector<KernelTable> tables;
  for (const KernelTable* const* t = kTables; *t; ++t) {
    if ((*t)->runs_on(detect_features())) tables.push_back(resolve(detect_features(), (*t)->isa));
  }
  return tables;
}

// The numbers of threads that the program was given; by default that of this machine.
inline std::vector<int> threads_from(int count, char** arguments) {
  std::vector<int> threads;
  for (int i = 1; i < count; ++i) threads.push_back(std::atoi(arguments[i]));
  const int hardware = static_cast<int>(std::thread::hardware_concurrency());
  if (threads.empty()) threads = {std::clamp(hardware, 1, ThreadPool::kMaxThreads)};
  return threads;
}

// Prints what `body` measures with every table and number of threads.
inline void measure_tables(const std::vector<KernelTable>& tables, const std::vector<int>& threads,
                           const std::function<void(const Bench&)>& body) {
  bool first = true;
  std::printf("{\"measurements\": [");
  for (const KernelTable& kernels : tables) {
    for (int count : threads) {
      ThreadPool pool(count);
      Stream stream(pool, kernels);
      body({stream, kernels, count, first});
    }
  }
  std::printf("\n]}\n");
}

}  // namespace kt::test
