// SPDX-License-Identifier: Apache-2.0
// Streams and graphs: a replay equals the eager run, for every number of threads.
#include "kt/stream.h"

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "samples.h"

namespace {

using namespace kt::test;

// A small model's worth of memory and launches: norm, product, sum.
struct Work {
  static constexpr int kTokens = 3, kWidth = 70;
  static constexpr int64_t kCount = kTokens * kWidth;
  Padded<float> x{kCount}, normed{kCount}, product{kCount}, weight, matrix;

  explicit Work(Random& random)
      : weight(random.normals(kWidth)), matrix(random.normals(kWidth * kWidth)) {}

  void load(int seed) {
    for (int64_t i = 0; i < kCount; ++i) x[i] = static_cast<float>((i * 37 + seed * 11) % 29 - 14);
  }

  void launch(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    const kt::Matrix rows{reinterpret_cast<const uint8_t*>(matrix.data()), kWidth * sizeof(float),
                          kWidth, kt::WeightType::kF32, kt::Layout::kStored};
    const kt::Activations activations{reinterpret_cast<const uint8_t*>(normed.data()),
                                      kWidth * sizeof(float), 0, kt::Form::kFloat};
    stream.launch(kernels.rms_norm,
                  kt::RmsNormArgs{x.data(), weight.data(), normed.data(), kWidth, 0, kWidth, 0, 1,
                                  kWidth, 1e-5f},
                  kTokens, 1);
    stream.launch(
        kernels.linear,
        kt::LinearArgs{rows, activations, product.data(), kWidth, kWidth, kTokens, kWidth}, kWidth,
        1);
    const int64_t items = (kCount + kt::kChunk - 1) / kt::kChunk;
    stream.launch(kernels.add, kt::AddArgs{x.data(), product.data(), x.data(), kCount}, items, 1);
  }

  std::vector<float> result() const { return {x.data(), x.data() + kCount}; }
};

std::vector<float> eager(const kt::KernelTable& kernels, int seed) {
  Random random;
  Work work(random);
  kt::ThreadPool pool(1);
  kt::Stream stream(pool, kernels);
  work.load(seed);
  work.launch(stream);
  return work.result();
}

void test_replays(const kt::KernelTable& kernels) {
  for (int threads : {1, 2, 3, 4, 9}) {
    Random random;
    Work work(random);
    kt::ThreadPool pool(threads);
    kt::Stream stream(pool, kernels);
    stream.begin_capture();
    work.launch(stream);
    const kt::Graph graph = stream.end_capture();
    check(graph.size() == 3, "a graph has one node for each launch");
    for (int seed : {0, 1, 2, 1}) {
      work.load(seed);
      graph.replay();
      const std::vector<float> expected = eager(kernels, seed), actual = work.result();
      check(std::memcmp(actual.data(), expected.data(), sizeof(float) * expected.size()) == 0,
            std::string(kernels.isa) + ": a replay on " + std::to_string(threads) +
                " threads equals the eager run");
    }
  }
}

void test_captures_out_of_turn() {
  kt::ThreadPool pool(1);
  kt::Stream stream(pool);
  check(raises<std::logic_error>([&] { stream.end_capture(); }), "no capture to end");
  stream.begin_capture();
  check(raises<std::logic_error>([&] { stream.begin_capture(); }), "a capture runs already");
  const kt::Graph empty = stream.end_capture();
  check(empty.size() == 0, "nothing was captured");
  empty.replay();
}

void test_a_capture_runs_nothing_and_ends_alone() {
  Random random;
  Work work(random);
  kt::ThreadPool pool(2);
  kt::Stream stream(pool);
  work.load(1);
  const std::vector<float> before = work.result();
  stream.begin_capture();
  work.launch(stream);
  check(work.result() == before, "a capture runs nothing");
  const kt::Graph graph = stream.end_capture();
  work.launch(stream);
  check(work.result() != before, "after the capture launches run at once");
  check(graph.size() == 3, "and are not recorded");
}

// Launches without items, between ones with items, must neither run nor stall.
void test_empty_launches() {
  kt::ThreadPool pool(3);
  kt::Stream stream(pool);
  Padded<float> x(8);
  for (float& value : x) value = 1;
  stream.begin_capture();
  for (int64_t count : {0, 8, 0}) {
    stream.launch(stream.kernels().add, kt::AddArgs{x.data(), x.data(), x.data(), count}, count > 0,
                  1);
  }
  const kt::Graph graph = stream.end_capture();
  for (int i = 0; i < 100; ++i) {
    graph.replay();
    check(x[0] == 2 && x[7] == 2 && x.intact(), "only the launch with items wrote");
    for (float& value : x) value = 1;
  }
}

// Several callers, each with a stream and a graph of its own, over one pool.
void test_callers_share_a_pool() {
  const kt::KernelTable& kernels = kt::kernels();
  const std::vector<float> expected = eager(kernels, 5);
  kt::ThreadPool pool(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([&] {
      Random random;
      Work work(random);
      kt::Stream stream(pool, kernels);
      stream.begin_capture();
      work.launch(stream);
      const kt::Graph graph = stream.end_capture();
      for (int round = 0; round < 100; ++round) {
        work.load(5);
        graph.replay();
        if (work.result() != expected) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(wrong == 0, "callers that share a pool each get their result");
}

}  // namespace

int main() {
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
    if ((*t)->runs_on(kt::detect_features())) {
      test_replays(kt::resolve(kt::detect_features(), (*t)->isa));
    }
  }
  test_captures_out_of_turn();
  test_a_capture_runs_nothing_and_ends_alone();
  test_empty_launches();
  test_callers_share_a_pool();
  return result();
}
