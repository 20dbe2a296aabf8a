// SPDX-License-Identifier: Apache-2.0
// Measures one layer of routed experts of DeepSeek-V2-Lite: the best 6 of 64, gate and up Q4_K,
// down Q8_0. Prints JSON, a line for each number of tokens; the bytes are those of the experts that
// they use. Takes numbers of threads, by default that of this machine; KTDESK_ISA caps the kernels.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "bench.h"
#include "samples.h"

namespace {

using namespace kt::test;

constexpr int kExperts = 64, kUsed = 6, kWidth = 2048, kHidden = 1408;

// A matrix per expert, all with the same weights.
struct Matrices {
  Padded<uint8_t> data;
  kt::Matrix matrix;

  Matrices(const char* type, int64_t rows, int columns) : data(0) {
    const TypeInfo& t = *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeInfo& x) {
      return std::string(x.name) == type;
    });
    const int64_t row_bytes = columns / t.block * t.bytes, size = rows * row_bytes;
    Random random;
    data = Padded<uint8_t>(kExperts * size);
    for (int64_t r = 0; r < rows; ++r) fill_row(t, data.data() + r * row_bytes, columns, random);
    for (int e = 1; e < kExperts; ++e) std::memcpy(data.data() + e * size, data.data(), size);
    matrix = {data.data(), row_bytes, columns, t.type, kt::Layout::kStored};
  }
  double bytes_of_one() const { return static_cast<double>(data.size()) / kExperts; }
};

struct Layer {
  const Matrices& gate;
  const Matrices& up;
  const Matrices& down;
  int tokens, pairs;
  Padded<float> x, shares, out;
  Padded<uint8_t> blocks, hidden;
  std::vector<int32_t> ids, plan;
  int turn = 0;

  Layer(const Matrices& gates, const Matrices& ups, const Matrices& downs, int count)
      : gate(gates),
        up(ups),
        down(downs),
        tokens(count),
        pairs(count * kUsed),
        x(Random().normals(int64_t{count} * kWidth)),
        shares(Random().normals(pairs)),
        out(int64_t{count} * kWidth),
        blocks(count * kt::q8_row_bytes(kWidth)),
        hidden(pairs * kt::q8_row_bytes(kHidden)),
        ids(pairs),
        plan(kt::plan_size(pairs, kExperts)) {}

  // Other experts each time, so that none is still in a cache.
  void choose() {
    for (int p = 0; p < pairs; ++p) ids[p] = turn++ % kExperts;
  }
  void launch(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    const kt::Activations source{blocks.data(), kt::q8_row_bytes(kWidth), 0, kt::Form::kQ8};
    const kt::Activations rows{hidden.data(), kt::q8_row_bytes(kHidden), 0, kt::Form::kQ8};
    stream.launch(kernels.expert_plan, kt::ExpertPlanArgs{ids.data(), plan.data(), pairs, kExperts},
                  1, 1);
    stream.launch(kernels.quantize, kt::QuantizeArgs{x.data(), blocks.data(), kWidth, 0, 1, kWidth},
                  int64_t{tokens} * kWidth / kt::kBlock, 64);
    const kt::ExpertsUpArgs raise{
        gate.matrix,          up.matrix,        nullptr,   nullptr, source,   source,  plan.data(),
        hidden.data(),        rows.token_bytes, rows.form, pairs,   kExperts, kHidden, kUsed,
        kt::Activation::kSilu};
    stream.launch(kernels.experts_up, raise, kt::up_shares(kHidden, pairs, kExperts), 1);
    const kt::ExpertsDownArgs lower{down.matrix,   nullptr,  rows,       plan.data(),
                                    shares.data(), nullptr,  out.data(), tokens,
                                    pairs,         kExperts, kWidth,     kUsed};
    stream.launch(kernels.experts_down, lower, kt::down_items(kWidth), 1);
  }
};

}  // namespace

int main(int count, char** arguments) {
  std::vector<int> threads;
  for (int i = 1; i < count; ++i) threads.push_back(std::atoi(arguments[i]));
  const int hardware = static_cast<int>(std::thread::hardware_concurrency());
  if (threads.empty()) threads = {std::clamp(hardware, 1, kt::ThreadPool::kMaxThreads)};
  const Matrices gate("Q4_K", kHidden, kWidth), up("Q4_K", kHidden, kWidth);
  const Matrices down("Q8_0", kWidth, kHidden);
  const double bytes = gate.bytes_of_one() + up.bytes_of_one() + down.bytes_of_one();
  measure_tables({kt::kernels()}, threads, [&](const Bench& bench) {
    for (int tokens : {1, 4, 512}) {
      Layer layer(gate, up, down, tokens);
      char shape[40];
      std::snprintf(shape, sizeof shape, "%d tokens, 6 of 64", tokens);
      bench.measure("experts", "Q4_K, Q8_0", shape, bytes * std::min(layer.pairs, kExperts),
                    6.0 * layer.pairs * kWidth * kHidden, [&] {
                      layer.choose();
                      layer.launch(bench.stream);
                    });
    }
  });
  return 0;
}
