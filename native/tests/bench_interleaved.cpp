// SPDX-License-Identifier: Apache-2.0
// Measures products with interleaved rows from memory: matrices of one expert of DeepSeek-V2-Lite,
// 1408 x 2048, more of them than a cache holds, one after another. Prints JSON like bench_kernels,
// for the best kernels of this machine (KTDESK_ISA caps them). Takes numbers of threads.
#include <cstdio>

#include "bench.h"
#include "weights.h"

namespace {

using namespace kt::test;

constexpr int kRows = 1408, kColumns = 2048;
constexpr int64_t kTotalBytes = int64_t{640} << 20;  // twice the last cache of a large server

void bench_linear(const Bench& bench, const InterleavedMatrices& weights, const TypeInfo& type,
                  int tokens) {
  const kt::Form form = best_form(bench.kernels, type, tokens);
  const int64_t token_bytes = activation_bytes(form, kColumns);
  Padded<uint8_t> x(tokens * token_bytes);
  std::fill(x.begin(), x.end(), uint8_t{0});  // the time does not depend on the values
  Padded<float> out(int64_t{tokens} * kRows);
  char shape[40];
  std::snprintf(shape, sizeof shape, "%d x %d x %d", tokens, kRows, kColumns);
  constexpr int kMatrices = 16;  // in a run, so that it is long enough to be measured
  int turn = 0;
  bench.measure("linear, interleaved", type.name, shape,
                static_cast<double>(kMatrices * weights.size_of_one()),
                2.0 * kMatrices * tokens * kRows * kColumns, [&] {
                  for (int i = 0; i < kMatrices; ++i) {
                    const kt::LinearArgs args{weights.at(turn++ % weights.count),
                                              {x.data(), token_bytes, 0, form},
                                              out.data(),
                                              kRows,
                                              kRows,
                                              tokens,
                                              kRows};
                    bench.stream.launch(bench.kernels.linear, args, kRows, 16);
                  }
                });
}

}  // namespace

int main(int count, char** arguments) {
  measure_tables({kt::kernels()}, threads_from(count, arguments), [](const Bench& bench) {
    for (const TypeInfo& type : kTypes) {
      const int64_t size = kRows * kt::interleaved_row_bytes(type.type, kColumns);
      if (size == 0) continue;
      const InterleavedMatrices weights(type, static_cast<int>(kTotalBytes / size), kRows,
                                        kColumns);
      for (int tokens : {1, 4, 16, 48, 128, 512}) bench_linear(bench, weights, type, tokens);
    }
  });
  return 0;
}
