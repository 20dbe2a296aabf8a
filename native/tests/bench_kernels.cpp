// SPDX-License-Identifier: Apache-2.0
// Measures kernels with rows as stored and prints JSON: for each table that this machine
// can run, kernel and shape the median time of several runs, their spread, and what it means in
// GB/s and GFLOP/s. Uses all hardware threads. Bytes are those that must be read, so weights that
// fit a cache exceed memory.
#include <algorithm>
#include <cstdio>

#include "bench.h"
#include "weights.h"

namespace {

using namespace kt::test;

void bench_linear(const Bench& bench, const TypeInfo& t, int tokens) {
  constexpr int kWidth = 4096;
  Random random;
  const int64_t row_bytes = kWidth / t.block * t.bytes;
  const kt::Form form = best_form(bench.kernels, t, tokens);
  const int64_t token_bytes = activation_bytes(form, kWidth);
  Padded<uint8_t> weight(kWidth * row_bytes), x(tokens * token_bytes);
  for (int64_t r = 0; r < kWidth; ++r) fill_row(t, weight.data() + r * row_bytes, kWidth, random);
  std::fill(x.begin(), x.end(), uint8_t{0});  // the time does not depend on the values
  Padded<float> out(int64_t{tokens} * kWidth);
  const kt::LinearArgs args{{weight.data(), row_bytes, kWidth, t.type, kt::Layout::kStored},
                            {x.data(), token_bytes, 0, form},
                            out.data(),
                            kWidth,
                            kWidth,
                            tokens,
                            kWidth};
  char shape[40];
  std::snprintf(shape, sizeof shape, "%d x %d x %d", tokens, kWidth, kWidth);
  const double weights = double{kWidth} * kWidth;
  bench.measure("linear", t.name, shape, static_cast<double>(weight.size()), 2 * tokens * weights,
                [&] { bench.stream.launch(bench.kernels.linear, args, kWidth, 8); });
}

void bench_passes(const Bench& bench) {
  constexpr int kRows = 256, kWidth = 4096;
  constexpr int64_t kCount = kRows * kWidth;
  constexpr double kBytes = kCount * sizeof(float);
  const char* shape = "256 x 4096";
  Random random;
  const Padded<float> x = random.normals(kCount), y = random.normals(kCount);
  Padded<float> out(kCount);
  Padded<uint8_t> blocks(kRows * kt::q8_row_bytes(kWidth));
  const kt::RmsNormArgs norm{x.data(), y.data(), out.data(), kWidth, 0,
                             kWidth,   0,        1,          kWidth, 1e-5f};
  const kt::QuantizeArgs quantize{x.data(), blocks.data(), kWidth, 0, 1, kWidth};
  const kt::AddArgs add{x.data(), y.data(), out.data(), kCount};
  bench.measure("rms_norm", "F32", shape, kBytes, 4.0 * kCount,
                [&] { bench.stream.launch(bench.kernels.rms_norm, norm, kRows, 1); });
  bench.measure("quantize", "F32", shape, kBytes, 3.0 * kCount, [&] {
    bench.stream.launch(bench.kernels.quantize, quantize, kCount / kt::kBlock, 64);
  });
  bench.measure("add", "F32", shape, 2 * kBytes, 1.0 * kCount,
                [&] { bench.stream.launch(bench.kernels.add, add, kCount / kt::kChunk, 64); });
}

void bench_table(const Bench& bench) {
  for (const TypeInfo& t : kTypes) {
    for (int tokens : {1, 4, 16, 64}) bench_linear(bench, t, tokens);
    if (bench.kernels.has_tiles) bench_linear(bench, t, 512);
  }
  bench_passes(bench);
}

}  // namespace

int main() {
  measure_tables(all_tables(), threads_from(0, nullptr), bench_table);
  return 0;
}
