// SPDX-License-Identifier: Apache-2.0
// Measures one layer of routed experts of DeepSeek-V2-Lite: the best 6 of 64, gate and up Q4_K,
// down Q8_0, rows interleaved. Prints JSON, a line for each number of tokens; the bytes are those
// of the experts that they use. Takes numbers of threads, by default that of this machine;
// KTDESK_ISA caps the kernels.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "bench.h"
#include "weights.h"

namespace {

using namespace kt::test;

constexpr int kExperts = 64, kUsed = 6, kWidth = 2048, kHidden = 1408;

struct Layer {
  const InterleavedMatrices& gate;
  const InterleavedMatrices& up;
  const InterleavedMatrices& down;
  kt::Form form;
  int tokens, pairs;
  int64_t width_bytes, hidden_bytes;
  Padded<float> x, shares, out;
  Padded<uint8_t> source, hidden;
  std::vector<int32_t> ids, plan;
  int turn = 0;

  Layer(const kt::KernelTable& kernels, const InterleavedMatrices& gates,
        const InterleavedMatrices& ups, const InterleavedMatrices& downs, int count)
      : gate(gates),
        up(ups),
        down(downs),
        form(best_form(kernels, type_named("Q4_K"), count * kUsed / kExperts)),
        tokens(count),
        pairs(count * kUsed),
        width_bytes(activation_bytes(form, kWidth)),
        hidden_bytes(activation_bytes(form, kHidden)),
        x(Random().normals(int64_t{count} * kWidth)),
        shares(Random().normals(pairs)),
        out(int64_t{count} * kWidth),
        source(count * width_bytes),
        hidden(pairs * hidden_bytes),
        ids(pairs),
        plan(kt::plan_size(pairs, kExperts)) {}

  // Other experts each time, so that none is still in a cache.
  void choose() {
    for (int p = 0; p < pairs; ++p) ids[p] = turn++ % kExperts;
  }

  void convert(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    if (form == kt::Form::kBf16) {
      auto* rounded = reinterpret_cast<uint16_t*>(source.data());
      const auto pitch = width_bytes / static_cast<int64_t>(sizeof(uint16_t));
      stream.launch(kernels.to_bf16,
                    kt::ToBf16Args{x.data(), rounded, kWidth, 0, pitch, 0, 1, kWidth}, tokens, 1);
    } else {
      stream.launch(kernels.quantize,
                    kt::QuantizeArgs{x.data(), source.data(), kWidth, 0, 1, kWidth},
                    int64_t{tokens} * kWidth / kt::kBlock, 64);
    }
  }

  void launch(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    const kt::Activations given{source.data(), width_bytes, 0, form};
    const kt::Activations rows{hidden.data(), hidden_bytes, 0, form};
    stream.launch(kernels.expert_plan, kt::ExpertPlanArgs{ids.data(), plan.data(), pairs, kExperts},
                  1, 1);
    convert(stream);
    const kt::ExpertsUpArgs raise{
        gate.matrix, up.matrix,   nullptr,       nullptr,      given,
        given,       plan.data(), hidden.data(), hidden_bytes, form,
        pairs,       kExperts,    kHidden,       kUsed,        kt::Activation::kSilu};
    stream.launch(kernels.experts_up, raise, kt::up_shares(kHidden, pairs, kExperts), 1);
    const kt::ExpertsDownArgs lower{down.matrix,   nullptr,  rows,       plan.data(),
                                    shares.data(), nullptr,  out.data(), tokens,
                                    pairs,         kExperts, kWidth,     kUsed};
    stream.launch(kernels.experts_down, lower, kt::down_items(kWidth), 1);
  }
};

}  // namespace

int main(int count, char** arguments) {
  const InterleavedMatrices gate(type_named("Q4_K"), kExperts, kHidden, kWidth);
  const InterleavedMatrices up(type_named("Q4_K"), kExperts, kHidden, kWidth);
  const InterleavedMatrices down(type_named("Q8_0"), kExperts, kWidth, kHidden);
  const auto bytes =
      static_cast<double>(gate.size_of_one() + up.size_of_one() + down.size_of_one());
  measure_tables({kt::kernels()}, threads_from(count, arguments), [&](const Bench& bench) {
    for (int tokens : {1, 4, 512}) {
      Layer layer(bench.kernels, gate, up, down, tokens);
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
