// SPDX-License-Identifier: Apache-2.0
// Measures one layer of routed experts, rows interleaved, gate and up Q4_K: of DeepSeek-V2-Lite the
// best 6 of 64, down Q8_0; of DeepSeek-V3 8 of 32 instead of 256, down Q6_K, so that an eighth of a
// prompt's tokens gives each expert as many. Prints JSON, a line for each number of tokens; the
// bytes are those of the experts that they use. Takes numbers of threads, by default that of this
// machine; KTDESK_ISA caps the kernels.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "bench.h"
#include "weights.h"

namespace {

using namespace kt::test;

struct Shape {
  const char* model;
  int experts, used, width, hidden;
  const char* down;
  std::vector<int> tokens;
};

const Shape kShapes[] = {{"DeepSeek-V2-Lite", 64, 6, 2048, 1408, "Q8_0", {1, 4, 512}},
                         {"DeepSeek-V3", 32, 8, 7168, 2048, "Q6_K", {1, 64, 256, 512}}};

struct Weights {
  InterleavedMatrices gate, up, down;

  explicit Weights(const Shape& s)
      : gate(type_named("Q4_K"), s.experts, s.hidden, s.width),
        up(type_named("Q4_K"), s.experts, s.hidden, s.width),
        down(type_named(s.down), s.experts, s.width, s.hidden) {}
  int64_t bytes_of_one() const {
    return gate.size_of_one() + up.size_of_one() + down.size_of_one();
  }
};

struct Layer {
  const Shape& shape;
  const Weights& weights;
  kt::Form form;
  int tokens, pairs;
  int64_t width_bytes, hidden_bytes;
  Padded<float> x, shares, out;
  Padded<uint8_t> source, hidden;
  std::vector<int32_t> ids, plan;
  int turn = 0;

  Layer(const kt::KernelTable& kernels, const Shape& s, const Weights& w, int count)
      : shape(s),
        weights(w),
        form(best_form(kernels, type_named("Q4_K"), count * s.used / s.experts)),
        tokens(count),
        pairs(count * s.used),
        width_bytes(activation_bytes(form, s.width)),
        hidden_bytes(activation_bytes(form, s.hidden)),
        x(Random().normals(int64_t{count} * s.width)),
        shares(Random().normals(pairs)),
        out(int64_t{count} * s.width),
        source(count * width_bytes),
        hidden(pairs * hidden_bytes),
        ids(pairs),
        plan(kt::plan_size(pairs, s.experts)) {}

  // Other experts each time, so that none is still in a cache.
  void choose() {
    for (int p = 0; p < pairs; ++p) ids[p] = turn++ % shape.experts;
  }

  int experts_read() const { return std::min(pairs, shape.experts); }

  void convert(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    if (form == kt::Form::kBf16) {
      auto* rounded = reinterpret_cast<uint16_t*>(source.data());
      const auto pitch = width_bytes / static_cast<int64_t>(sizeof(uint16_t));
      stream.launch(kernels.to_bf16,
                    kt::ToBf16Args{x.data(), rounded, shape.width, 0, pitch, 0, 1, shape.width},
                    tokens, 1);
    } else {
      stream.launch(kernels.quantize,
                    kt::QuantizeArgs{x.data(), source.data(), shape.width, 0, 1, shape.width},
                    int64_t{tokens} * shape.width / kt::kBlock, 64);
    }
  }

  void launch(kt::Stream& stream) {
    const kt::KernelTable& kernels = stream.kernels();
    const kt::Activations given{source.data(), width_bytes, 0, form};
    const kt::Activations rows{hidden.data(), hidden_bytes, 0, form};
    stream.launch(kernels.expert_plan,
                  kt::ExpertPlanArgs{ids.data(), plan.data(), pairs, shape.experts}, 1, 1);
    convert(stream);
    const kt::ExpertsUpArgs raise{weights.gate.matrix,
                                  weights.up.matrix,
                                  nullptr,
                                  nullptr,
                                  given,
                                  given,
                                  plan.data(),
                                  hidden.data(),
                                  hidden_bytes,
                                  form,
                                  pairs,
                                  shape.experts,
                                  shape.hidden,
                                  shape.used,
                                  kt::Activation::kSilu};
    stream.launch(kernels.experts_up, raise, kt::up_shares(shape.hidden, pairs, shape.experts), 1);
    const kt::ExpertsDownArgs lower{
        weights.down.matrix, nullptr, rows,  plan.data(),   shares.data(), nullptr,
        out.data(),          tokens,  pairs, shape.experts, shape.width,   shape.used};
    stream.launch(kernels.experts_down, lower, kt::down_items(shape.width), 1);
  }
};

}  // namespace

int main(int count, char** arguments) {
  const std::vector<int> threads = threads_from(count, arguments);
  constexpr double kLeastBytes = 256e6;  // that a run reads, however few tokens it has
  measure_tables({kt::kernels()}, threads, [&](const Bench& bench) {
    Reading memory(bench.stream);
    for (const Shape& shape : kShapes) {
      const Weights weights(shape);
      const auto bytes_of_one = static_cast<double>(weights.bytes_of_one());
      for (int tokens : shape.tokens) {
        Layer layer(bench.kernels, shape, weights, tokens);
        const double bytes = bytes_of_one * layer.experts_read();
        const double steps = std::ceil(kLeastBytes / bytes);
        const std::string types = std::string("Q4_K, ") + shape.down;
        char work[80];
        std::snprintf(work, sizeof work, "%s, %d tokens, %d of %d, %.0f steps", shape.model, tokens,
                      shape.used, shape.experts, steps);
        bench.measure(
            "experts", types.c_str(), work, steps * bytes,
            steps * 6.0 * layer.pairs * shape.width * shape.hidden,
            [&] {
              for (int i = 0; i < steps; ++i) {
                layer.choose();
                layer.launch(bench.stream);
              }
            },
            &memory);
      }
    }
  });
  return 0;
}
