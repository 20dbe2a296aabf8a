// SPDX-License-Identifier: Apache-2.0
// Runs a case with the kernels of every table that this machine can run and compares with scalar.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "check.h"
#include "kt/kernels.h"

namespace kt::test {

// Kernels of one table. The items are computed in some pieces, as threads would.
struct Launcher {
  KernelTable kernels;
  int pieces;

  template <class Args>
  void run(void (*KernelTable::*kernel)(const Args&, Range) noexcept, const Args& args,
           int64_t items) const {
    for (int i = 0; i < pieces; ++i) {
      (kernels.*kernel)(args, {items * i / pieces, items * (i + 1) / pieces});
    }
  }
};

// What a case leaves to compare, and whether it wrote where it should not.
struct Outcome {
  std::vector<float> values;
  bool intact = true;
};
using Case = std::function<Outcome(const Launcher&)>;

// Limit of the squared error over the square of scalar's result, and why it is what it is.
struct Limit {
  double nmse;
  const char* reason;
};
constexpr Limit kExact{0, "the same operations in the same order"};
constexpr Limit kSteps{1e-12, "a few roundings of 6e-8, and an exponential of 3e-7"};
constexpr Limit kSums{1e-9, "float32 sums in another order, more where they cancel"};

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Not a number if one of the values is none.
inline double nmse(const std::vector<float>& actual, const std::vector<float>& expected) {
  double error = 0, power = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = static_cast<double>(actual[i]) - expected[i];
    error += difference * difference;
    power += static_cast<double>(expected[i]) * expected[i];
  }
  return error == 0 ? 0 : error / power;
}

// Checks the case with every table that this machine can run.
inline void compare(const std::string& name, Limit limit, const Case& run) {
  const unsigned features = detect_features();
  const std::vector<float> expected = run({resolve(features, "scalar"), 1}).values;
  check(!expected.empty(), name + ": there is nothing to compare");
  for (const KernelTable* const* t = kTables; *t; ++t) {
    if (!(*t)->runs_on(features | kAskedFor)) continue;
    const std::string where = name + ", " + (*t)->isa;
    const Outcome whole = run({resolve(features, (*t)->isa), 1});
    const Outcome pieces = run({resolve(features, (*t)->isa), 3});
    check(whole.intact && pieces.intact, where + ": wrote past the end");
    check(same_bits(whole.values, pieces.values), where + ": in pieces the result is another");
    const double error = nmse(whole.values, expected);
    char text[160];
    std::snprintf(text, sizeof text, ": NMSE %.3g, limit %.3g (%s)", error, limit.nmse,
                  limit.reason);
    check(error <= limit.nmse, where + text);  // false for NaN
  }
}

// Says which tables are left out on this machine.
inline void report_tables() {
  for (const KernelTable* const* t = kTables; *t; ++t) {
    const bool runs = (*t)->runs_on(detect_features() | kAskedFor);
    std::printf("%s: %s\n", (*t)->isa, runs ? "tested" : "skipped, this machine cannot run it");
  }
}

}  // namespace kt::test
