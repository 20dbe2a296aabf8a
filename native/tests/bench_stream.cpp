// SPDX-License-Identifier: Apache-2.0
// Measures what a recorded launch costs beside its work: launches of kernels that do next to
// nothing, in nanoseconds each, of one part and of two, and the pool's hand-over alone, of two
// parts and of several for each of more and more threads.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "kt/stream.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLaunches = 1000, kRuns = 21, kParts = 4;  // parts for each thread

// Nanoseconds for each of the launches that `body` makes: median, and fastest.
template <class Body>
void measure(const char* what, int threads, const Body& body) {
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = Clock::now();
    body();
    times.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%-40s %d threads: median %7.1f ns, fastest %7.1f ns\n", what, threads,
              times[kRuns / 2] / kLaunches, times[0] / kLaunches);
}

void measure_replay(const char* what, int threads, int64_t items) {
  kt::ThreadPool pool(threads);
  kt::Stream stream(pool);
  float x[2 * kt::kChunk] = {};
  stream.begin_capture();
  for (int i = 0; i < kLaunches; ++i) {
    stream.launch(stream.kernels().add, kt::AddArgs{x, x, x, items}, items, 1);
  }
  const kt::Graph graph = stream.end_capture();
  measure(what, threads, [&] { graph.replay(); });
}

void measure_pool(const char* what, int threads, int64_t items) {
  kt::ThreadPool pool(threads);
  std::vector<float> data(static_cast<std::size_t>(items) * kt::kChunk);
  float* const x = data.data();
  const kt::AddArgs args{x, x, x, items};
  const auto add = kt::kernels().add;
  measure(what, threads, [&] {
    for (int i = 0; i < kLaunches; ++i) {
      pool.run(items, 1, [&](kt::Range part) noexcept { add(args, part); });
    }
  });
}

}  // namespace

int main() {
  float x[2] = {};
  const auto add = kt::kernels().add;
  measure("kernel alone", 1, [&] {
    for (int i = 0; i < kLaunches; ++i) add(kt::AddArgs{x, x, x, 1}, {0, 1});
  });
  for (int threads : {1, 2}) {
    measure_replay("replay, one part", threads, 1);
    measure_pool("pool alone, one part", threads, 1);
  }
  measure_replay("replay, two parts", 2, 2);
  measure_pool("pool alone, two parts", 2, 2);
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  for (int threads = 2; threads <= cores; threads *= 2) {
    measure_pool("pool alone, parts for every thread", threads, int64_t{kParts} * threads);
  }
  return 0;
}
