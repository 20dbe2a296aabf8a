// SPDX-License-Identifier: Apache-2.0
// Experts come in order and whole, however few slots there are; what they replace was used.
#include "expert_stream.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "arrays.h"
#include "check.h"
#include "memory_operations.h"
#include "pinned.h"
#include "samples.h"

using namespace kt;
using namespace kt::test;

namespace {

constexpr int64_t kSlotBytes = int64_t{5} << 20;
constexpr int kExperts = 9;

// Experts of two parts, with a gap between them in the slot; the first one takes several pieces.
struct Home {
  std::vector<std::vector<uint8_t>> first, second;
  std::vector<cuda::ExpertParts> parts;
  static constexpr int64_t kSecondAt = int64_t{4} << 20;

  Home() {
    Random random;
    for (int i = 0; i < kExperts; ++i) {
      first.emplace_back((int64_t{3} << 20) + 17 * i);
      second.emplace_back(1000 + i);
      for (auto* part : {&first.back(), &second.back()}) {
        for (std::size_t b = 0; b < part->size(); b += 61) (*part)[b] = uint8_t(random.bits());
      }
      parts.push_back({{first[i].data(), int64_t(first[i].size()), 0},
                       {second[i].data(), int64_t(second[i].size()), kSecondAt}});
    }
  }
};

struct Ring {
  Array<uint8_t> device;
  uint8_t* pinned = nullptr;
  cuda::Stream stream;
  cuda::ExpertStream experts;

  Ring(std::size_t pinned_slots, std::size_t slots, int threads)
      : device(slots * kSlotBytes),
        pinned(pin(pinned_slots * kSlotBytes)),
        experts(stream, {pinned, pinned_slots}, {device.data(), slots}, kSlotBytes, threads) {}

  static uint8_t* pin(int64_t bytes) {
    void* memory = nullptr;
    cuda::check(cudaHostAlloc(&memory, bytes, 0), "pinned memory");
    return static_cast<uint8_t*>(memory);
  }
};

// Takes the next expert and has the stream copy it.
void read_next(Ring& ring, std::vector<uint8_t*>& copies) {
  const int slot = ring.experts.take(ring.stream);
  void* copy = nullptr;
  cuda::check(cudaHostAlloc(&copy, kSlotBytes, 0), "pinned memory");
  cuda::check(cudaMemcpyAsync(copy, ring.device.data() + slot * kSlotBytes, kSlotBytes,
                              cudaMemcpyDeviceToHost, ring.stream.handle()),
              "copy");
  ring.experts.give_back(ring.stream);
  copies.push_back(static_cast<uint8_t*>(copy));
}

void check_expert(const Home& home, int expert, const uint8_t* found, const std::string& what) {
  const auto is_at = [&](const std::vector<uint8_t>& part, int64_t at) {
    return std::equal(part.begin(), part.end(), found + at);
  };
  check(is_at(home.first[expert], 0) && is_at(home.second[expert], Home::kSecondAt),
        what + ": expert " + std::to_string(expert));
}

void test_all_come(const Home& home, std::size_t pinned, std::size_t slots, int threads) {
  Ring ring(pinned, slots, threads);
  for (int round = 0; round < 2; ++round) {
    std::vector<uint8_t*> copies;
    ring.experts.add(home.parts);
    for (int i = 0; i < kExperts; ++i) read_next(ring, copies);
    ring.stream.synchronize();
    const std::string what = std::to_string(pinned) + " of " + std::to_string(slots) +
                             " slots pinned, " + std::to_string(threads) + " threads";
    for (int i = 0; i < kExperts; ++i) check_expert(home, i, copies[i], what);
    for (uint8_t* copy : copies) cudaFreeHost(copy);
    check(raises<std::out_of_range>([&] { ring.experts.take(ring.stream); }), "one too many");
    check(raises<std::out_of_range>([&] { ring.experts.give_back(ring.stream); }), "none taken");
  }
}

// Homes of which one part or both are pinned: those are not copied to the ring first.
void test_pinned_homes() {
  for (const bool all : {false, true}) {
    Home home;
    Ring ring(3, 3, 2);
    std::vector<std::unique_ptr<cuda::PinnedInPlace>> pins;
    const auto pin = [&](std::vector<uint8_t>& part) {
      pins.push_back(std::make_unique<cuda::PinnedInPlace>(ring.stream, part.data(), part.size()));
    };
    for (int i = 0; i < kExperts; ++i) {
      check(!cuda::is_pinned(home.first[i].data()), "not yet");
      pin(home.first[i]);
      if (all) pin(home.second[i]);
      check(cuda::is_pinned(home.first[i].data() + 1000), "in the middle");
    }
    std::fill_n(ring.pinned, 3 * kSlotBytes, uint8_t{0});
    std::vector<uint8_t*> copies;
    ring.experts.add(home.parts);
    for (int i = 0; i < kExperts; ++i) read_next(ring, copies);
    ring.stream.synchronize();
    for (int i = 0; i < kExperts; ++i) check_expert(home, i, copies[i], "pinned");
    const auto is_zero = [](uint8_t byte) { return byte == 0; };
    check(std::all_of(ring.pinned, ring.pinned + Home::kSecondAt, is_zero), "not through the ring");
    check(std::all_of(ring.pinned, ring.pinned + kSlotBytes, is_zero) == all, "but what is not");
    pins.clear();
    check(!cuda::is_pinned(home.first[0].data()), "no more");
  }
}

// The card lags: the ring is full long before anything is read or even has arrived.
void test_nothing_is_overwritten(const Home& home, std::size_t slots) {
  Ring ring(2, slots, 3);
  auto* word = reinterpret_cast<uint32_t*>(Ring::pin(sizeof(uint32_t)));
  *word = 0;
  cuda::MemoryOperations().await(ring.stream, word, 1);
  std::thread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
  });
  std::vector<uint8_t*> copies;
  ring.experts.add(home.parts);
  for (int i = 0; i < kExperts; ++i) read_next(ring, copies);
  release.join();
  ring.stream.synchronize();
  for (int i = 0; i < kExperts; ++i) check_expert(home, i, copies[i], "a card that lags");
}

// Experts that are added while others are still to be taken: as many slots are filled as there are.
void test_some_come_ahead(const Home& home) {
  Ring ring(2, 6, 2);
  std::vector<uint8_t*> copies;
  const auto middle = home.parts.begin() + 4;
  ring.experts.add({home.parts.begin(), middle});
  ring.experts.add({middle, home.parts.end()});
  for (int i = 0; i < 4; ++i) read_next(ring, copies);
  ring.experts.add(home.parts);
  for (int i = 0; i < kExperts - 4 + kExperts; ++i) read_next(ring, copies);
  ring.stream.synchronize();
  for (int i = 0; i < 2 * kExperts; ++i) check_expert(home, i % kExperts, copies[i], "ahead");
}

void test_what_is_dropped_does_not_come() {
  Home home;
  Ring ring(2, 3, 2);
  std::vector<uint8_t*> copies;
  ring.experts.add(home.parts);
  read_next(ring, copies);
  ring.experts.take(ring.stream);  // and nothing is given back
  ring.experts.drop();
  check(raises<std::out_of_range>([&] { ring.experts.take(ring.stream); }), "dropped");
  const auto fifth = home.parts.begin() + 4;
  ring.experts.add({fifth, fifth + 4});
  for (int i = 0; i < 4; ++i) read_next(ring, copies);
  ring.stream.synchronize();
  for (int i = 0; i < 4; ++i) check_expert(home, 4 + i, copies[1 + i], "others");
  ring.experts.add(home.parts);  // which nobody takes
  ring.experts.drop();
  for (auto& part : home.first) std::vector<uint8_t>().swap(part);  // nobody reads there any more
}

void test_what_does_not_fit() {
  Ring ring(2, 2, 1);
  uint8_t byte = 0;
  const auto is_refused = [&](const cuda::ExpertParts& parts) {
    return raises<std::invalid_argument>([&] { ring.experts.add({parts}); });
  };
  check(is_refused({}), "no parts");
  check(is_refused({{&byte, 0, 0}}), "an empty part");
  check(is_refused({{&byte, 1, kSlotBytes}}), "behind the slot");
  check(is_refused({{&byte, 1, -1}}), "before the slot");
  ring.experts.add({});
  check(raises<std::invalid_argument>([] { Ring(3, 2, 1); }), "more pinned slots than others");
}

}  // namespace

int main() {
  const Home home;
  for (const auto& [pinned, slots] :
       {std::pair{1, 1}, {2, 2}, {4, 4}, {12, 12}, {1, 3}, {2, 7}, {4, 12}}) {
    for (int threads : {1, 3}) test_all_come(home, pinned, slots, threads);
  }
  test_pinned_homes();
  for (std::size_t slots : {2, 5}) test_nothing_is_overwritten(home, slots);
  test_some_come_ahead(home);
  test_what_is_dropped_does_not_come();
  test_what_does_not_fit();
  return result();
}
