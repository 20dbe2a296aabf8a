// SPDX-License-Identifier: Apache-2.0
// What the machine can do at most, measured by THREADS threads at once:
//     probe read THREADS    GB/s read from memory
//     probe int8 THREADS    10^9 operations per second: a line for each kind of instruction
//     probe bf16 THREADS    the same
// A multiplication and its addition count as two. The best of several rounds is printed, since
// other programs can only slow a round down.
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include "products.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace {

constexpr int kRounds = 5;
constexpr std::size_t kReadBytes = std::size_t{1} << 30;  // more than caches hold
constexpr long kSteps = 20'000'000;                       // some 0.1 s of vector products

volatile std::uint64_t sink;

// Returns the shortest time, in seconds, in which all threads did work(thread) once.
template <class Work>
double shortest(int threads, Work work) {
  double best = 1e9;
  std::chrono::steady_clock::time_point start;
  std::barrier begin(threads, [&]() noexcept { start = std::chrono::steady_clock::now(); });
  std::barrier end(threads, [&]() noexcept {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    if (passed.count() < best) best = passed.count();
  });
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        begin.arrive_and_wait();
        work(thread);
        end.arrive_and_wait();
      }
    });
  }
  running.clear();  // waits
  return best;
}

// Memory in huge pages where the system grants them: with small ones a third of the speed is lost.
class Memory {
 public:
  explicit Memory(std::size_t bytes)
      : words_(static_cast<std::uint64_t*>(::operator new(bytes, kHugePage))) {
#ifdef __linux__
    madvise(words_, bytes, MADV_HUGEPAGE);
#endif
    std::memset(words_, 1, bytes);
  }
  Memory(Memory&& other) noexcept : words_(other.words_) { other.words_ = nullptr; }
  ~Memory() { ::operator delete(words_, kHugePage); }
  const std::uint64_t* words() const { return words_; }

 private:
  static constexpr std::align_val_t kHugePage{std::size_t{2} << 20};
  std::uint64_t* words_;
};

void read(int threads) {
  constexpr std::size_t kLine = 8, kAhead = 128;  // words
  const std::size_t words = kReadBytes / sizeof(std::uint64_t) / threads / kLine * kLine;
  std::vector<Memory> parts;
  for (int thread = 0; thread < threads; ++thread) {
    parts.emplace_back(words * sizeof(std::uint64_t));
  }
  const double seconds = shortest(threads, [&](int thread) {
    const std::uint64_t* part = parts[thread].words();
    std::uint64_t sums[kLine] = {};
    for (std::size_t i = 0; i < words; i += kLine) {
      __builtin_prefetch(part + i + kAhead, 0, 2);  // into the second cache
      for (std::size_t k = 0; k < kLine; ++k) sums[k] += part[i + k];
    }
    for (const std::uint64_t sum : sums) sink = sum;
  });
  std::printf("read %.2f\n", words * sizeof(std::uint64_t) * threads / seconds * 1e-9);
}

void peaks(const std::vector<Product>& products, int threads) {
  for (const Product& product : products) {
    const long steps = kSteps / product.cost;
    const double seconds = shortest(threads, [&](int) { product.run(steps); });
    std::printf("%s %.1f\n", product.name, product.operations * steps * threads / seconds * 1e-9);
  }
}

}  // namespace

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int threads = count == 3 ? std::atoi(words[2]) : 0;
  if (threads < 1) return 2;
  if (std::strcmp(words[1], "read") == 0) {
    read(threads);
  } else if (std::strcmp(words[1], "int8") == 0) {
    peaks(int8_products(), threads);
  } else if (std::strcmp(words[1], "bf16") == 0) {
    peaks(bf16_products(), threads);
  } else {
    return 2;
  }
  return 0;
}
