// SPDX-License-Identifier: Apache-2.0
// Memory of a card: which blocks are free, budgets, shortages, and many threads.
#include "arena.h"

#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "blocks.h"
#include "check.h"
#include "context.h"
#include "errors.h"

namespace {

using kt::cuda::Arena, kt::cuda::Blocks, kt::cuda::Memory, kt::cuda::OutOfMemory;
using kt::cuda::kCardSteps;
using kt::test::check;

constexpr int64_t kMiB = int64_t{1} << 20;

std::uintptr_t address(const Memory& memory) {
  return reinterpret_cast<std::uintptr_t>(memory.data());
}

int64_t free_on_card() { return kt::cuda::open_context(0).free_bytes; }

void test_blocks() {
  Blocks blocks;
  blocks.add({1000, 100});
  blocks.add({1100, 50});  // beside the first, but another chunk
  check(!blocks.take(101), "blocks do not reach over two chunks");
  check(blocks.take(50) == std::uintptr_t{1100}, "the smallest block with room is taken");
  const auto first = blocks.take(40), second = blocks.take(60);
  check(first == std::uintptr_t{1000} && second == std::uintptr_t{1040}, "blocks are split");
  check(!blocks.take(1) && blocks.free() == 0 && blocks.total() == 150, "all is taken");
  blocks.put({1040, 60});
  blocks.put({1100, 50});
  check(blocks.largest_free() == 60, "free blocks of two chunks stay apart");
  blocks.put({1000, 40});
  check(blocks.largest_free() == 100 && blocks.free() == 150, "free neighbours are joined");
  check(blocks.take(10) == std::uintptr_t{1100}, "a part is taken again");
  const auto removed = blocks.remove_free_chunks();
  check(removed.size() == 1 && removed[0].address == 1000 && removed[0].size == 100,
        "only chunks of which nothing is taken are removed");
  check(blocks.total() == 50 && blocks.free() == 40, "what is left is counted");
}

void test_small_blocks_share_a_chunk() {
  const int64_t before = free_on_card();
  const auto arena = Arena::open(0, 256 * kMiB, kCardSteps);
  const Memory a = arena->allocate(1), b = arena->allocate(300);
  check(before - free_on_card() == kCardSteps.chunk, "one chunk is taken");
  check(address(a) % 256 == 0 && address(b) % 256 == 0, "blocks are aligned");
  check(a.size() == 1 && b.size() == 300, "a size is that asked for");
  check(arena->used_bytes() == 256 + 512 + arena->context_bytes(), "what is used is counted");
  const Memory large = arena->allocate(65 * kMiB + 1);
  check(before - free_on_card() == kCardSteps.chunk + 66 * kMiB, "a large block is a chunk");
}

void test_what_is_given_back_is_used_again() {
  const auto arena = Arena::open(0, 256 * kMiB, kCardSteps);
  std::optional<Memory> first(arena->allocate(100 * kMiB));
  const std::uintptr_t place = address(*first);
  first.reset();
  const int64_t before = free_on_card();
  const Memory again = arena->allocate(100 * kMiB);
  check(address(again) == place && before == free_on_card(), "the card is not asked again");
}

// Unused chunks make room for one of another size.
void test_unused_chunks_go_back() {
  const auto arena = Arena::open(0, 200 * kMiB, kCardSteps);
  std::vector<Memory> parts;
  for (int i = 0; i < 3; ++i) parts.push_back(arena->allocate(64 * kMiB));
  parts.erase(parts.begin() + 1);
  parts.clear();
  const Memory all = arena->allocate(200 * kMiB);
  check(arena->used_bytes() - arena->context_bytes() == 200 * kMiB, "all of the budget is had");
}

void test_shortage() {
  const auto arena = Arena::open(0, 200 * kMiB, kCardSteps);
  const Memory most = arena->allocate(150 * kMiB);
  const Memory small = arena->allocate(1000);  // less than a whole chunk is left
  try {
    arena->allocate(60 * kMiB);
    check(false, "more than the budget is refused");
  } catch (const OutOfMemory& error) {
    check(error.needed_bytes() == 60 * kMiB, "what is needed");
    check(error.available_bytes() == 48 * kMiB, "what is available");
    check(error.budget_bytes() == 200 * kMiB, "what the budget is");
  }
  const Memory rest = arena->allocate(48 * kMiB);
  check(kt::test::raises<OutOfMemory>([&] { arena->allocate(INT64_MAX); }), "too large a number");
  check(kt::test::raises<std::invalid_argument>([&] { arena->allocate(0); }), "no bytes");
  check(kt::test::raises<kt::cuda::Error>([] { Arena::open(9); }), "a card that is not there");
}

// Another program may have taken what the budget allows.
void test_a_full_card() {
  const auto other = Arena::open(0), arena = Arena::open(0, kCardSteps.chunk * 4, kCardSteps);
  const Memory taken = other->allocate(free_on_card() - 10 * kMiB);
  const Memory small = arena->allocate(kMiB);  // there is no room for a chunk
  try {
    arena->allocate(30 * kMiB);
    check(false, "what the card does not have is refused");
  } catch (const OutOfMemory& error) {
    check(error.available_bytes() == 8 * kMiB, "what the card has left");
  }
}

void test_memory_outlives_its_arena() {
  const int64_t before = free_on_card();
  {
    const Memory memory = Arena::open(0, 100 * kMiB, kCardSteps)->allocate(1000);
    check(before - free_on_card() == kCardSteps.chunk, "the arena is kept");
  }
  check(before == free_on_card(), "all goes back to the card in the end");
}

void test_exact_steps() {
  const auto arena = Arena::open(0, 100 * kMiB);
  const int64_t before = free_on_card();
  std::optional<Memory> memory(arena->allocate(1001));
  check(before - free_on_card() == 1001, "the emulator is told where a block ends");
  memory.reset();
  check(before == free_on_card(), "and that it is gone");
}

// Threads take and give back at random; no two blocks may overlap.
void test_threads() {
  const auto arena = Arena::open(0, 200 * kMiB, kCardSteps);
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Memory> held;
    for (int i = 0; i < 400; ++i) {
      if (held.size() > 20) {
        std::swap(held[random() % held.size()], held.back());
        held.pop_back();
      }
      Memory memory = arena->allocate(1 + static_cast<int64_t>(random() % 2'000'000));
      auto* bytes = static_cast<uint8_t*>(memory.data());
      bytes[0] = bytes[memory.size() - 1] = static_cast<uint8_t>(seed);
      held.push_back(std::move(memory));
    }
    for (const Memory& memory : held) {
      const auto* bytes = static_cast<const uint8_t*>(memory.data());
      check(bytes[0] == seed && bytes[memory.size() - 1] == seed, "blocks do not overlap");
    }
  };
  {
    std::thread one(work, 1U), two(work, 2U);
    one.join();
    two.join();
  }
  check(arena->used_bytes() == arena->context_bytes(), "all was given back");
}

}  // namespace

int main() {
  setenv("KT_EMULATED_MEMORY_MIB", "400", 1);
  test_blocks();
  test_small_blocks_share_a_chunk();
  test_what_is_given_back_is_used_again();
  test_unused_chunks_go_back();
  test_shortage();
  test_a_full_card();
  test_memory_outlives_its_arena();
  test_exact_steps();
  test_threads();
  return kt::test::result();
}
