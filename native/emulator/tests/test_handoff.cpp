// SPDX-License-Identifier: Apache-2.0
// Hand-offs of work from a GPU's graph to the CPU: each replay uses its own inputs, in every way of
// handing over, with branches, deferred jobs and late CPUs.
#include "handoff.h"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "handoff_calibration.h"
#include "handoff_steps.h"

namespace {

using namespace kt::test;

// No test waits in vain, so this is never reached, however busy the machine is.
constexpr std::chrono::seconds kPatience{60};

// As many as a long answer has tokens; under the sanitizer of threads fewer, which is slow.
#ifdef __SANITIZE_THREAD__
constexpr int kLongAnswer = 300;
#else
constexpr int kLongAnswer = 10'000;
#endif

struct Streams {
  gpu::Stream main, branch;
};

std::string describe(gpu::Backend backend, const Shape& shape, Course course) {
  const char* const courses[] = {"plain", "forked", "deferred"};
  return std::string(gpu::name_of(backend)) + ", " + std::to_string(shape.tokens) + " tokens, " +
         courses[static_cast<int>(course)];
}

void replay(gpu::Handoff& handoff, gpu::Graph& graph) {
  handoff.begin_step();
  graph.replay();
  handoff.finish_step();
}

// Late by up to a third of a millisecond, differently each time: nobody may have read too early.
void dawdle(int layer) {
  thread_local unsigned random = 1;
  random = random * 1664525u + 1013904223u + static_cast<unsigned>(layer);
  std::this_thread::sleep_for(std::chrono::microseconds((random >> 16) % 333));
}

void test_replays(Streams& streams, gpu::Backend backend, const Shape& shape, Course course,
                  int replays, void (*disturb)(int)) {
  const Steps steps(shape, streams.main, streams.branch);
  steps.disturb(disturb);
  gpu::Handoff handoff(streams.main, backend, kPatience);
  gpu::Graph graph = steps.capture(handoff, course);
  int wrong = 0;
  for (int seed = 0; seed < replays; ++seed) {
    steps.load(seed);
    replay(handoff, graph);
    wrong += !steps.is_right(course);
  }
  check(wrong == 0, describe(backend, shape, course) + ": " + std::to_string(wrong) + " of " +
                        std::to_string(replays) + " replays are wrong");
}

// Steps of one hand-off object that are not captured, each of another length.
void test_eager_steps(Streams& streams, gpu::Backend backend) {
  gpu::Handoff handoff(streams.main, backend, kPatience);
  for (int layers : {1, 4, 2}) {
    const Shape shape{.tokens = 2, .layers = layers};
    const Steps steps(shape, streams.main, streams.branch);
    steps.load(layers);
    handoff.begin_step();
    steps.launch(handoff, Course::kForked);
    handoff.finish_step();
    check(steps.is_right(Course::kForked), std::string(gpu::name_of(backend)) + ": eager steps");
  }
}

// Graphs for several numbers of tokens, each with a hand-off of its own, take turns.
void test_graphs_take_turns(Streams& streams, gpu::Backend backend) {
  const Steps one({.tokens = 1}, streams.main, streams.branch);
  const Steps two({.tokens = 2, .layers = 5}, streams.main, streams.branch);
  gpu::Handoff first(streams.main, backend, kPatience), second(streams.main, backend, kPatience);
  gpu::Graph first_graph = one.capture(first, Course::kPlain);
  gpu::Graph second_graph = two.capture(second, Course::kDeferred);
  for (int seed = 0; seed < 5; ++seed) {
    one.load(seed);
    two.load(seed);
    replay(first, first_graph);
    check(one.is_right(Course::kPlain), "the first of two graphs");
    replay(second, second_graph);
    check(two.is_right(Course::kDeferred), "the second of two graphs");
  }
}

void test_misuse(Streams& streams, gpu::Backend backend) {
  const Steps steps({}, streams.main, streams.branch);
  gpu::Handoff handoff(streams.main, backend, kPatience);
  check(raises<std::logic_error>([&] { handoff.finish_step(); }), "no step to finish");
  check(raises<std::logic_error>([&] { steps.launch(handoff, Course::kPlain); }),
        "a request outside of a step and of a capture");
  check(raises<std::out_of_range>([&] { handoff.wait(streams.main, 1, {}); }), "nothing requested");
  gpu::Graph graph = steps.capture(handoff, Course::kPlain);
  check(raises<std::out_of_range>([&] { handoff.wait(streams.main, 4, {}); }), "only 3 requested");
  steps.load(1);
  handoff.begin_step();
  check(raises<std::logic_error>([&] { handoff.begin_step(); }), "a step runs already");
  check(raises<std::logic_error>([&] { steps.launch(handoff, Course::kPlain); }),
        "an eager request among captured ones");
  graph.replay();
  handoff.finish_step();
  check(steps.is_right(Course::kPlain), "calls out of turn change nothing");
  streams.main.begin_capture();
  check(raises<std::logic_error>([&] { handoff.request(streams.main, {gpu::Job{}}, {}); }),
        "a second capture");
  streams.main.end_capture();
  gpu::Handoff other(streams.main, backend, kPatience);
  other.begin_step();
  check(raises<std::invalid_argument>([&] { other.request(streams.main, {}, {}); }), "no jobs");
  other.finish_step();
}

void test_names() {
  for (const gpu::Backend backend : kBackends) {
    check(gpu::backend_named(gpu::name_of(backend)) == backend, "a back end has a name");
  }
  check(raises<std::invalid_argument>([] { gpu::backend_named("pigeon"); }), "an unknown name");
}

// The kernels alone, at sizes around those of a block and of the largest grid.
void test_exchange(Streams& streams) {
  for (const int64_t values : {4, 1020, 1024, 1028, 32 * 1024 + 4, 100'000}) {
    for (const int64_t pairs : {0, 1, 64, 9000}) {
      const Mapped<float> in(values), out(values), weights(pairs + 1), weights_out(pairs + 1);
      const Mapped<int32_t> ids(pairs + 1), ids_out(pairs + 1);
      for (int64_t i = 0; i < values; ++i) in[i] = static_cast<float>(i % 1000) / 8;
      for (int64_t i = 0; i <= pairs; ++i) weights[i] = static_cast<float>(ids[i] = 7 * i + 1) / 2;
      out.fill(-1);
      weights_out.fill(-1);
      ids_out.fill(-1);
      auto* x = static_cast<float*>(streams.main.scratch());
      auto* on_gpu = reinterpret_cast<int32_t*>(x + values);
      gpu::copy_inputs(streams.main, ids.data(), on_gpu, pairs);
      gpu::collect(streams.main, {in.data(), nullptr, x, values});
      gpu::collect(streams.main, {in.data(), x, x, values});
      gpu::publish(streams.main, {x, on_gpu, weights.data(), out.data(), ids_out.data(),
                                  weights_out.data(), values, pairs});
      streams.main.synchronize();
      bool right = ids_out[pairs] == -1 && weights_out[pairs] == -1;
      for (int64_t i = 0; i < values; ++i) right &= out[i] == 2 * in[i];
      for (int64_t i = 0; i < pairs; ++i) {
        right &= ids_out[i] == ids[i] && weights_out[i] == weights[i];
      }
      check(right, "exchange of " + std::to_string(values) + " values");
    }
  }
  auto* x = static_cast<float*>(streams.main.scratch());
  for (const gpu::CollectArgs& args :
       {gpu::CollectArgs{x, nullptr, x, 6}, gpu::CollectArgs{x + 1, nullptr, x, 4},
        gpu::CollectArgs{x, x + 2, x, 4}}) {
    check(raises<std::invalid_argument>([&] { gpu::collect(streams.main, args); }), "not aligned");
  }
}

void test_calibration(Streams& streams) {
  const std::vector<gpu::BackendTime> times = gpu::calibrate_handoff(streams.main, kPatience);
  check(times.size() == std::size(kBackends), "all back ends are tried");
  for (const gpu::BackendTime& time : times) {
    std::printf("%s: %.1f us %s\n", gpu::name_of(time.backend), time.microseconds,
                time.problem.c_str());
    check(time.problem.empty() && time.microseconds > 0,
          std::string(gpu::name_of(time.backend)) + ": " + time.problem);
  }
}

}  // namespace

int main() {
  Streams streams;
  test_names();
  test_exchange(streams);
  for (const gpu::Backend backend : kBackends) {
    for (const Course course : {Course::kPlain, Course::kForked, Course::kDeferred}) {
      for (const int tokens : {1, 3, 8}) {
        test_replays(streams, backend, {.tokens = tokens}, course, 20, nullptr);
      }
      test_replays(streams, backend, {.tokens = 2, .layers = 6}, course, 20, dawdle);
    }
    // Rows of many blocks, all of which must have come before the CPU looks.
    test_replays(streams, backend, {.tokens = 8, .width = 4096}, Course::kPlain, 5, nullptr);
    test_replays(streams, backend, {.width = 32, .layers = 2}, Course::kPlain, kLongAnswer,
                 nullptr);
    test_eager_steps(streams, backend);
    test_graphs_take_turns(streams, backend);
    test_misuse(streams, backend);
  }
  test_calibration(streams);
  return result();
}
