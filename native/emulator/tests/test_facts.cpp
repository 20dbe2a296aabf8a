// SPDX-License-Identifier: Apache-2.0
// What is said of drivers and cards, and bytes moved to a card and back.
#include "facts.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "check.h"
#include "copies.h"
#include "errors.h"
#include "pinned.h"

namespace {

using namespace kt::cuda;
using kt::test::check;

bool says(const Problem& problem, const std::string& words) {
  return problem.text.find(words) != std::string::npos && !problem.remedy.empty();
}

void test_drivers() {
  check(says(driver_problem(0, 13000, ""), "No NVIDIA driver"), "no driver");
  const Problem old = driver_problem(12080, 13000, "570.86");
  check(says(old, "570.86 is too old: it supports CUDA 12.8, and this build needs CUDA 13.0"),
        "an old driver");
  check(old.remedy.find("580 or newer") != std::string::npos, "which driver is needed");
  check(says(driver_problem(12080, 13000, ""), "The NVIDIA driver is too old"), "of no name");
  for (const int version : {13000, 13020, 14000}) {
    check(driver_problem(version, 13000, "").text.empty(), "a driver that will do");
  }
  check(driver_problem(13000, 13020, "").text.empty(), "an older minor version will do");
}

void test_cards() {
  const std::string all = "80-real 86-real 89-real 90-real 120-real 120-virtual";
  for (const auto& [major, minor] :
       {std::pair(8, 0), std::pair(8, 6), std::pair(8, 9), std::pair(9, 0), std::pair(12, 0),
        std::pair(12, 1), std::pair(13, 0)}) {
    check(card_problem(major, minor, all).text.empty(), "a card that is served");
  }
  check(says(card_problem(7, 5, all), "compute capability is 7.5, and 8.0 is needed"), "too old");
  check(card_problem(8, 9, "86-real").text.empty(), "code of the same major version serves");
  check(says(card_problem(8, 0, "86-real"), "no kernels for compute capability 8.0"), "older");
  check(says(card_problem(9, 0, "89-real"), "it was made for 89-real"), "another major version");
  check(card_problem(9, 0, "89-virtual").text.empty(), "text serves every later card");
  check(!card_problem(8, 6, "89-virtual").text.empty(), "but no earlier one");
}

void test_facts() {
  const Facts found = facts();
  check(found.problem.text.empty() && found.devices.size() == 1, "one card");
  const DeviceFacts& card = found.devices.at(0);
  check(card.problem.text.empty() && !card.name.empty() && card.memory_bytes > 0, "described");
  setenv("KT_EMULATED_DEVICES", "0", 1);
  check(says(facts().problem, "finds no graphics card"), "no card");
  unsetenv("KT_EMULATED_DEVICES");
}

void test_copies() {
  constexpr int64_t kCount = 1000;
  const auto arena = Arena::open(0);
  Stream stream(arena);
  const Memory a = arena->allocate(kCount), b = arena->allocate(kCount);
  const PinnedMemory pinned(kCount);
  auto* const host = static_cast<uint8_t*>(pinned.data());
  check(std::vector<uint8_t>(host, host + kCount) == std::vector<uint8_t>(kCount), "zeros");

  write(stream, a.data(), std::vector<uint8_t>(kCount, 7).data(), kCount);
  copy(stream, b.data(), a.data(), kCount);
  fill(stream, b.data(), 9, 1);
  copy(stream, host, b.data(), kCount);
  stream.synchronize();
  check(host[0] == 9 && host[1] == 7 && host[kCount - 1] == 7, "there and back");

  // A graph copies; what is written during the capture is there before its first replay.
  stream.begin_capture();
  copy(stream, host, a.data(), kCount);
  write(stream, a.data(), std::vector<uint8_t>(kCount, 5).data(), kCount);
  Graph graph = stream.end_capture();
  check(host[1] == 7, "captured copies wait for the replay");
  graph.replay();
  stream.synchronize();
  check(host[0] == 5 && host[kCount - 1] == 5, "the constant was written at once");
  fill(stream, a.data(), 3, kCount);
  graph.replay();
  stream.synchronize();
  check(host[0] == 3, "and only once");
}

}  // namespace

int main() {
  test_drivers();
  test_cards();
  test_facts();
  test_copies();
  return kt::test::result();
}
