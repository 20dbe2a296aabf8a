// SPDX-License-Identifier: Apache-2.0
#include "handoff_calibration.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>

#include "handoff.h"
#include "pinned.h"

namespace kt::cuda {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

// About a third of the layers of the largest models, with rows of their order of size.
constexpr int kHandoffs = 20;
constexpr int kWidth = 4096, kPairs = 8;
constexpr auto kTimeEach = std::chrono::milliseconds(200);
constexpr size_t kFewest = 5, kMost = 200;  // replays

// A kernel that waits for seconds, for experts on a slow disk, would be ended by Windows, which
// resets a card that does not answer. Whether it spares waiting operations is not known.
#ifdef _WIN32
constexpr std::array kBackends{Backend::kHostNode};
#else
constexpr std::array kBackends{Backend::kHostNode, Backend::kFlagKernel, Backend::kMemOp};
#endif

struct alignas(16) Rows {
  float x[kWidth];
  float weights[kPairs];
  int32_t ids[kPairs];
};

// What both sides reach, and the argument of one job each.
struct alignas(16) Mapped {
  struct Layer {
    Mapped* memory;
    int number;
    Clock::duration spent;  // by the job
  };
  Rows inputs, exchange;
  float result[kWidth], output[kWidth];
  Layer layers[kHandoffs];
};

// A stand-in for experts, in which every input counts and values move about.
void compute(const Rows& in, int layer, float* out) noexcept {
  for (int i = 0; i < kWidth; ++i) {
    const int pair = i % kPairs;
    out[i] =
        static_cast<float>(layer + in.ids[pair]) + in.weights[pair] - 0.5f * in.x[(i + 1) % kWidth];
  }
}

void run_layer(void* argument) noexcept {
  auto& layer = *static_cast<Mapped::Layer*>(argument);
  const Clock::time_point begin = Clock::now();
  compute(layer.memory->exchange, layer.number, layer.memory->result);
  layer.spent = Clock::now() - begin;
}

void fill(Rows& inputs, int seed) {
  for (int i = 0; i < kWidth; ++i) inputs.x[i] = static_cast<float>((i * 37 + seed * 11) % 29 - 14);
  for (int i = 0; i < kPairs; ++i) {
    inputs.weights[i] = static_cast<float>((i * 5 + seed) % 7) / 8;
    inputs.ids[i] = (i * 3 + seed) % 13;
  }
}

bool is_right(const Mapped& memory) {
  Rows rows = memory.inputs;
  std::array<float, kWidth> result;
  for (int layer = 0; layer < kHandoffs; ++layer) {
    compute(rows, layer, result.data());
    for (int i = 0; i < kWidth; ++i) rows.x[i] += result[i];
  }
  return std::memcmp(rows.x, memory.output, sizeof rows.x) == 0;
}

Graph capture(Stream& stream, Handoff& handoff, Mapped& memory) {
  Rows& rows = *static_cast<Rows*>(stream.scratch());
  Rows& out = memory.exchange;
  stream.begin_capture();
  copy_inputs(stream, memory.inputs.ids, rows.ids, kPairs);
  collect(stream, {memory.inputs.x, nullptr, rows.x, kWidth});
  collect(stream, {memory.inputs.weights, nullptr, rows.weights, kPairs});
  for (int layer = 0; layer < kHandoffs; ++layer) {
    memory.layers[layer] = {&memory, layer, {}};
    const Job job{run_layer, &memory.layers[layer], "calibration", nullptr};
    const uint32_t number = handoff.request(
        stream, {job},
        {rows.x, rows.ids, rows.weights, out.x, out.ids, out.weights, kWidth, kPairs});
    handoff.wait(stream, number, {memory.result, rows.x, rows.x, kWidth});
  }
  publish(stream, {rows.x, nullptr, nullptr, memory.output, nullptr, nullptr, kWidth, 0});
  return stream.end_capture();
}

BackendTime measure(Stream& stream, Backend backend, std::chrono::nanoseconds patience) {
  const PinnedMemory pinned(sizeof(Mapped));
  Mapped& memory = *new (pinned.data()) Mapped;
  Handoff handoff(stream, backend, patience);
  Graph graph = capture(stream, handoff, memory);
  std::vector<double> times;
  for (const Clock::time_point begin = Clock::now();
       times.size() < kFewest || (times.size() < kMost && Clock::now() - begin < kTimeEach);) {
    fill(memory.inputs, static_cast<int>(times.size()));
    const Clock::time_point launched = Clock::now();
    handoff.begin_step();
    graph.replay();
    handoff.finish_step();
    Clock::duration time = Clock::now() - launched;
    for (const Mapped::Layer& layer : memory.layers) time -= layer.spent;
    times.push_back(Microseconds(time).count() / kHandoffs);
    if (!is_right(memory)) return {backend, 0, "its results are wrong"};
  }
  std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
  return {backend, times[times.size() / 2], ""};
}

}  // namespace

std::vector<BackendTime> calibrate_handoff(Stream& stream, std::chrono::nanoseconds patience) {
  std::vector<BackendTime> found;
  for (const Backend backend : kBackends) {
    try {
      found.push_back(measure(stream, backend, patience));
    } catch (const std::exception& error) {
      found.push_back({backend, 0, error.what()});
    }
  }
  return found;
}

}  // namespace kt::cuda
