// SPDX-License-Identifier: Apache-2.0
// Two cards: neither's kernels reach the other's memory, streams wait for each other, and one
// step's hand-offs may be on both.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "copies.h"
#include "device.cuh"
#include "failures.h"
#include "handoff.h"
#include "pinned.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr int kValues = 64;
constexpr int64_t kBytes = kValues * sizeof(float);

__global__ void add_one(const float* in, float* out) { out[threadIdx.x] = in[threadIdx.x] + 1; }

__global__ void copy_shared(const float* in) {
  KT_SHARED(shared);
  copy_async16(shared + 16 * threadIdx.x, in + 4 * threadIdx.x);
  commit_copies();
  wait_copies<0>();
}

struct Card {
  explicit Card(int number)
      : arena(Arena::open(number)),
        stream(arena),
        memory(arena->allocate(kBytes)),
        large(arena->allocate(int64_t{9} << 20)) {}
  float* values() const { return static_cast<float*>(memory.data()); }
  float* far() const { return static_cast<float*>(large.data()); }

  std::shared_ptr<Arena> arena;
  Stream stream;
  Memory memory, large;
};

void add(Stream& stream, const float* in, float* out) {
  KT_LAUNCH(add_one, 1, kValues, 0, stream, in, out);
}

void check_reach() {
  Card first(0), second(1);
  fill(second.stream, second.values(), 0, kBytes);
  fill(second.stream, second.far(), 0, kBytes);
  second.stream.synchronize();
  [[maybe_unused]] const auto runs = [&](const float* in, float* out) {
    return [&, in, out] {
      add(first.stream, in, out);
      first.stream.synchronize();
    };
  };
  for (float* other : {second.values(), second.far()}) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which end the process
    check_failure("a read of another card's memory", runs(other, first.values()),
                  {"add_one", "touches memory of another device"});
    check_failure("a write to another card's memory", runs(first.values(), other),
                  {"add_one", "touches memory of another device"});
#endif
    check_failure("an asynchronous copy of another card's memory",
                  [&] {
                    KT_LAUNCH(copy_shared, 1, 4, 64, first.stream, other);
                    first.stream.synchronize();
                  },
                  {"copy_shared", "not memory of the device"});
  }
  copy(first.stream, first.values(), second.values(), kBytes);
  add(first.stream, first.values(), first.values());
  add(second.stream, second.values(), second.values());
  first.stream.synchronize();
  second.stream.synchronize();
  Event of_first;
  check_failure("an event on another card's stream",
                [&] { of_first.record(second.stream.handle()); }, {"another device"});
}

void check_order() {
  Card first(0), second(1);
  const PinnedMemory between(kBytes), result(kBytes);
  for (int i = 0; i < 20; ++i) {
    first.stream.follow(second.stream);
    fill(first.stream, first.values(), 0, kBytes);
    for (int j = 0; j <= i; ++j) add(first.stream, first.values(), first.values());
    copy(first.stream, between.data(), first.values(), kBytes);
    second.stream.follow(first.stream);
    copy(second.stream, second.values(), between.data(), kBytes);
    add(second.stream, second.values(), second.values());
    copy(second.stream, result.data(), second.values(), kBytes);
    second.stream.synchronize();
    check(static_cast<const float*>(result.data())[kValues - 1] == static_cast<float>(i) + 2,
          "a stream follows another card's");
  }
}

// A step of one hand-off on each card, whose job doubles. One that is held has been given up by the
// time it goes on, and leaves the result to who reads it meanwhile.
struct Exchange {
  PinnedMemory x{kBytes}, result{kBytes};
  std::atomic<bool>* hold = nullptr;
};

void work(void* argument) {
  auto& exchange = *static_cast<Exchange*>(argument);
  if (exchange.hold) {
    while (*exchange.hold) std::this_thread::yield();
    return;
  }
  for (int i = 0; i < kValues; ++i) {
    static_cast<float*>(exchange.result.data())[i] = 2 * static_cast<float*>(exchange.x.data())[i];
  }
}

struct Step {
  Step(Card& a, Card& b, Backend backend, std::chrono::nanoseconds patience)
      : cards{&a, &b}, handoff(a.stream, backend, patience) {
    handoff.add_stream(b.stream);
    for (int i = 0; i < 2; ++i) {
      Stream& stream = cards[i]->stream;
      float* values = cards[i]->values();
      stream.begin_capture();
      if (i) copy(stream, values, between.data(), kBytes);
      const uint32_t number = handoff.request(
          stream, {Job{work, &exchanges[i], "job of card " + std::to_string(i), nullptr}},
          {values, nullptr, nullptr, static_cast<float*>(exchanges[i].x.data()), nullptr, nullptr,
           kValues, 0});
      handoff.wait(stream, number,
                   {static_cast<float*>(exchanges[i].result.data()), values, values, kValues});
      copy(stream, between.data(), values, kBytes);
      graphs[i].emplace(stream.end_capture());
    }
  }

  float run(float start) {
    for (int i = 0; i < kValues; ++i) static_cast<float*>(between.data())[i] = start;
    copy(cards[0]->stream, cards[0]->values(), between.data(), kBytes);
    handoff.begin_step();
    graphs[0]->replay();
    cards[1]->stream.follow(cards[0]->stream);
    graphs[1]->replay();
    handoff.finish_step();
    return static_cast<const float*>(between.data())[kValues - 1];
  }

  Card* cards[2];
  Exchange exchanges[2];
  PinnedMemory between{kBytes};
  Handoff handoff;
  std::optional<Graph> graphs[2];
};

void check_handoffs(Backend backend) {
  Card first(0), second(1);
  Step step(first, second, backend, std::chrono::seconds(20));
  for (float start = 1; start < 20; ++start) {
    check(step.run(start) == 9 * start, std::string(name_of(backend)) + " on two cards");
  }
}

// The second card's job hangs: the step ends, and both cards serve others.
void check_watchdog(Backend backend) {
  Card first(0), second(1);
  std::atomic<bool> hold{true};
  {
    Step step(first, second, backend, std::chrono::milliseconds(500));
    step.exchanges[1].hold = &hold;
    std::string said;
    std::thread release([&] {
      std::this_thread::sleep_for(std::chrono::seconds(2));
      hold = false;
    });
    try {
      step.run(1);
    } catch (const HandoffError& error) {
      said = error.what();
    }
    release.join();
    check(said.find("job of card 1") != std::string::npos,
          std::string(name_of(backend)) + " names the job of the second card: " + said);
  }
  first.stream.synchronize();
  second.stream.synchronize();
  Step step(first, second, backend, std::chrono::seconds(20));
  check(step.run(1) == 9, "both cards go on");
}

}  // namespace

int main() {
  setenv("KT_EMULATED_DEVICES", "2", 1);
  check_reach();
  for (const char* order : {"0", "1", "2"}) {
    setenv("KT_EMULATED_ORDER", order, 1);
    check_order();
  }
  for (const Backend backend : {Backend::kHostNode, Backend::kFlagKernel, Backend::kMemOp}) {
    check_handoffs(backend);
    check_watchdog(backend);
  }
  return result();
}
