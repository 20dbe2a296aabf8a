// SPDX-License-Identifier: Apache-2.0
// Measures kernels and prints JSON: for each table that this machine can run, kernel and shape the
// median time of several runs, their spread, and what it means in GB/s and GFLOP/s. Bytes are those
// that must be read, so weights that fit a cache exceed memory.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "kt/memory.h"
#include "kt/stream.h"

namespace kt::test {

using Clock = std::chrono::steady_clock;

constexpr int kRuns = 15;
constexpr int kLeastRuns = 3;
constexpr double kPatience = 2;  // seconds for the runs beyond the least

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

inline double seconds_of(const std::function<void()>& body) {
  const auto start = Clock::now();
  body();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Memory beyond what caches hold, read by a product of floats with one token, which does the least
// a byte.
class Reading {
 public:
  explicit Reading(Stream& stream) : stream_(stream), memory_(kBytes), x_(kColumns), out_(kRows) {
    std::memset(memory_.data(), 0, kBytes);
  }

  double bytes_per_s() {
    const Activations x{reinterpret_cast<const uint8_t*>(x_.data()), kRowBytes, 0, Form::kFloat};
    const Matrix weight{memory_.data(), kRowBytes, kColumns, WeightType::kF32, Layout::kStored};
    const LinearArgs product{weight, x, out_.data(), kRows, kRows, 1, kRows};
    return kBytes /
           seconds_of([&] { stream_.launch(stream_.kernels().linear, product, kRows, 16); });
  }

 private:
  static constexpr int kColumns = 4096, kRows = 1 << 15;
  static constexpr int64_t kRowBytes = kColumns * int64_t{sizeof(float)};
  static constexpr int64_t kBytes = kRows * kRowBytes;

  Stream& stream_;
  Memory memory_;
  std::vector<float> x_, out_;
};

struct Bench {
  Stream& stream;
  const KernelTable& kernels;
  int threads;
  bool& first;

  // Times `body`, which reads `bytes` and computes `operations`, after one run to warm up; with
  // `memory` read before and after each run.
  void measure(const char* kernel, const char* type, const char* shape, double bytes,
               double operations, const std::function<void()>& body,
               Reading* memory = nullptr) const {
    body();
    std::vector<double> seconds, shares, readings;
    const auto begin = Clock::now();
    for (int run = 0; run < kRuns; ++run) {
      const double spent = std::chrono::duration<double>(Clock::now() - begin).count();
      if (run >= kLeastRuns && spent > kPatience) break;
      const double before = memory ? memory->bytes_per_s() : 0;
      seconds.push_back(seconds_of(body));
      if (!memory) continue;
      readings.push_back((before + memory->bytes_per_s()) / 2);
      shares.push_back(bytes / seconds.back() / readings.back());
    }
    std::sort(seconds.begin(), seconds.end());
    const double median = test::median(seconds);
    std::printf(
        "%s\n    {\"table\": \"%s\", \"kernel\": \"%s\", \"type\": \"%s\", \"shape\": \"%s\", "
        "\"threads\": %d, \"runs\": %zu, \"median_us\": %.2f, \"fastest_us\": %.2f, "
        "\"slowest_us\": %.2f, \"gb_per_s\": %.2f, \"gflop_per_s\": %.2f",
        first ? "" : ",", kernels.isa, kernel, type, shape, threads, seconds.size(), median * 1e6,
        seconds.front() * 1e6, seconds.back() * 1e6, bytes / median * 1e-9,
        operations / median * 1e-9);
    if (memory) {
      std::printf(", \"memory_gb_per_s\": %.2f, \"share\": %.3f", test::median(readings) * 1e-9,
                  test::median(shares));
    }
    std::printf("}");
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
