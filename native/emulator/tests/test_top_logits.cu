// SPDX-License-Identifier: Apache-2.0
// The largest logits against a sort: ties, masked vocabularies, numbers that are none.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "arrays.h"
#include "check.h"
#include "sample.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

using Logits = std::vector<float>;

struct Top {
  std::vector<int32_t> ids;
  Logits values, sums;
};

Top run(Stream& stream, const Logits& logits, int tokens) {
  const Array<float> given(logits);
  const std::size_t count = static_cast<std::size_t>(tokens) * kTopLogits;
  Array<int32_t> ids(count);
  Array<float> values(count), sums(static_cast<std::size_t>(tokens));
  const int vocabulary = static_cast<int>(logits.size()) / tokens;
  top_logits(stream, {given.data(), ids.data(), values.data(), sums.data(), tokens, vocabulary});
  stream.synchronize();
  return {ids.read(), values.read(), sums.read()};
}

// Ids in the order of their logits; NaN counts as the largest.
std::vector<int> order_of(const float* logits, int vocabulary) {
  std::vector<int> ids(static_cast<std::size_t>(vocabulary));
  std::iota(ids.begin(), ids.end(), 0);
  const auto rank = [&](int id) {
    return std::isnan(logits[id]) ? std::numeric_limits<double>::max() : double{logits[id]};
  };
  std::stable_sort(ids.begin(), ids.end(), [&](int x, int y) { return rank(x) > rank(y); });
  return ids;
}

bool same(float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); }

void check_token(const Top& top, std::size_t token, const float* logits, int vocabulary,
                 const std::string& what) {
  const std::vector<int> order = order_of(logits, vocabulary);
  for (int i = 0; i < kTopLogits; ++i) {
    const std::size_t at = token * kTopLogits + static_cast<std::size_t>(i);
    const int id = i < vocabulary ? order[static_cast<std::size_t>(i)] : -1;
    check(top.ids[at] == id, what + ": id of place " + std::to_string(i));
    check(same(top.values[at], id < 0 ? -kInfinity : logits[id]),
          what + ": value of place " + std::to_string(i));
  }
  double sum = 0;
  const float largest = logits[order[0]];
  if (std::isinf(largest)) return;  // no probabilities: callers see it by the first value
  for (int id : order) sum += std::exp(double{logits[id]} - double{largest});
  // Exponentials of 3e-7, and sums in float32 of at most some thousand terms each.
  const bool close =
      std::isnan(sum) ? std::isnan(top.sums[token]) : std::abs(top.sums[token] / sum - 1) < 3e-6;
  check(close, what + ": sum");
}

void check_top(Stream& stream, const Logits& logits, int tokens, const std::string& what) {
  const Top top = run(stream, logits, tokens);
  const int vocabulary = static_cast<int>(logits.size()) / tokens;
  for (int t = 0; t < tokens; ++t) {
    check_token(top, static_cast<std::size_t>(t), logits.data() + t * vocabulary, vocabulary,
                what + " of " + std::to_string(vocabulary) + ", token " + std::to_string(t));
  }
}

Logits normals(int count) {
  std::mt19937 engine(static_cast<unsigned>(count));
  std::normal_distribution<float> normal(0, 4);
  Logits values(static_cast<std::size_t>(count));
  for (float& x : values) x = normal(engine);
  return values;
}

template <class Change>
Logits changed(Logits logits, const Change& change) {
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = change(i, logits[i]);
  return logits;
}

}  // namespace

int main() {
  Stream stream;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int vocabulary : {1, 7, 256, 257, 4096, 4097, 9001}) {
    const int tokens = 2;
    const Logits logits = normals(tokens * vocabulary);
    check_top(stream, logits, tokens, "random");
    const auto coarse = [](std::size_t, float x) { return std::round(x); };
    check_top(stream, changed(logits, coarse), tokens, "with ties");
    const auto zero = [](std::size_t i, float) { return i % 2 ? 0.0f : -0.0f; };
    check_top(stream, changed(logits, zero), tokens, "all equal");
    const auto masked = [](std::size_t i, float x) { return i % 100 ? -kInfinity : x; };
    check_top(stream, changed(logits, masked), tokens, "masked");
    for (float bad : {nan, -nan, kInfinity, -kInfinity}) {
      const std::size_t middle = static_cast<std::size_t>(vocabulary) / 2;
      const auto broken = [&](std::size_t i, float x) { return i == middle ? bad : x; };
      check_top(stream, changed(logits, broken), tokens, "not finite");
    }
  }
  check_top(stream, normals(150'000), 1, "large");
  const TopLogitsArgs too_many{nullptr, nullptr, nullptr, nullptr, 40'000, 1000};
  check(raises<std::invalid_argument>([&] { top_logits(stream, too_many); }), "too many tokens");
  return result();
}
