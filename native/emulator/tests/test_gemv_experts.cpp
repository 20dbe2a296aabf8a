// SPDX-License-Identifier: Apache-2.0
// Routed experts with few tokens each, against their definition in float64.
#include <algorithm>

#include "check.h"
#include "kernels.h"
#include "operands_of_products.h"
#include "products.h"

using namespace kt::cuda;
using namespace kt::test;
using kt::Activation;

namespace {

struct Model {
  const char *gate, *up, *down;  // types
  int experts, used, width, hidden;
  Activation activation;
  bool is_biased;
};

const TypeInfo& type_named(const std::string& name) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [&](const TypeInfo& type) { return name == type.name; });
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double activated(Activation activation, double gate, double up) {
  switch (activation) {
    case Activation::kSilu: return gate * sigmoid(gate) * up;
    case Activation::kGelu: {
      const double inner = std::sqrt(2 / M_PI) * (gate + 0.044715 * gate * gate * gate);
      return gate / 2 * (1 + std::tanh(inner)) * up;
    }
    case Activation::kGeluErf: return gate / 2 * std::erfc(-gate / std::sqrt(2.0)) * up;
    case Activation::kClampedSilu: {
      const double g = std::min(gate, 7.0), u = std::clamp(up, -7.0, 7.0);
      return g * sigmoid(1.702 * g) * (u + 1);
    }
  }
  return NAN;
}

// Random weights and tokens of a model, and what its kernels make of them.
class Case {
 public:
  Case(const Model& model, int tokens, const std::vector<int32_t>& ids)
      : m_(model),
        tokens_(tokens),
        pairs_(tokens * model.used),
        gate_(type_named(model.gate), model.experts * model.hidden, model.width, random_),
        up_(type_named(model.up), model.experts * model.hidden, model.width, random_),
        down_(type_named(model.down), model.experts * model.width, model.hidden, random_),
        x_(tokens, model.width, random_),
        gate_bias_(1, model.experts * model.hidden, random_),
        up_bias_(1, model.experts * model.hidden, random_),
        down_bias_(1, model.experts * model.width, random_),
        shares_(1, pairs_, random_),
        start_(1, tokens * model.width, random_),
        ids_(ids),
        plan_(plan_of(ids)),
        device_plan_(plan_) {}

  // The hidden rows, in the order of the plan.
  std::vector<float> up(Stream& stream, const Array<float>& hidden) const {
    const int64_t stride = m_.hidden + kGap;
    experts_up_gemv(stream, {gate_.on_device(), up_.on_device(), bias(gate_bias_), bias(up_bias_),
                             x_.on_device(), x_.on_device(), device_plan_.data(),
                             reinterpret_cast<uint8_t*>(hidden.data()),
                             stride * static_cast<int64_t>(sizeof(float)), kt::Form::kFloat, pairs_,
                             m_.experts, m_.hidden, m_.used, m_.activation});
    stream.synchronize();
    return hidden.read();
  }
  std::vector<float> down(Stream& stream, const Array<float>& hidden, bool starts) const {
    const int64_t bytes = (m_.hidden + kGap) * static_cast<int64_t>(sizeof(float));
    const Array<float> out(static_cast<std::size_t>(tokens_ * m_.width));
    experts_down_gemv(
        stream, {down_.on_device(),
                 bias(down_bias_),
                 {reinterpret_cast<const uint8_t*>(hidden.data()), bytes, 0, kt::Form::kFloat},
                 device_plan_.data(),
                 floats(shares_),
                 starts ? floats(start_) : nullptr,
                 out.data(),
                 tokens_,
                 pairs_,
                 m_.experts,
                 m_.width,
                 m_.used});
    stream.synchronize();
    return out.read();
  }

  void check_all(Stream& stream, const std::string& name) const {
    const Array<float> hidden(static_cast<std::size_t>(pairs_ * (m_.hidden + kGap)));
    check_hidden(up(stream, hidden), name);
    for (const bool starts : {false, true}) {
      check_out(hidden.read(), down(stream, hidden, starts), starts, name);
    }
  }

  static constexpr int kGap = 3;

 private:
  std::vector<int32_t> plan_of(const std::vector<int32_t>& ids) const {
    std::vector<int32_t> plan(static_cast<std::size_t>(kt::plan_size(pairs_, m_.experts)), -1);
    kt::kernels().expert_plan({ids.data(), plan.data(), pairs_, m_.experts}, {0, 1});
    return plan;
  }
  static const float* floats(const Inputs& values) {
    return reinterpret_cast<const float*>(values.on_device().data);
  }
  const float* bias(const Inputs& values) const { return m_.is_biased ? floats(values) : nullptr; }
  double bias_at(const Inputs& values, int64_t i) const {
    return m_.is_biased ? static_cast<double>(values.row(0)[i]) : 0;
  }
  int pair_at(int place) const { return plan_[static_cast<std::size_t>(m_.experts + 1 + place)]; }
  int expert_at(int place) const { return ids_[static_cast<std::size_t>(pair_at(place))]; }

  void check_hidden(const std::vector<float>& hidden, const std::string& name) const {
    const std::vector<float> gate = gate_.values(), up = up_.values();
    Errors errors;
    for (int place = 0; place < pairs_; ++place) {
      const float* x = x_.row(pair_at(place) / m_.used);
      for (int i = 0; i < m_.hidden; ++i) {
        const int64_t row = int64_t{expert_at(place)} * m_.hidden + i;
        const double g = dot(&gate[static_cast<std::size_t>(row * m_.width)], x, m_.width);
        const double u = dot(&up[static_cast<std::size_t>(row * m_.width)], x, m_.width);
        errors.add(
            hidden[static_cast<std::size_t>(place * (m_.hidden + kGap) + i)],
            activated(m_.activation, g + bias_at(gate_bias_, row), u + bias_at(up_bias_, row)));
      }
    }
    check(errors.are_small(), name + ": error of hidden " + std::to_string(errors.relative()));
  }

  void check_out(const std::vector<float>& hidden, const std::vector<float>& out, bool starts,
                 const std::string& name) const {
    const std::vector<float> down = down_.values();
    std::vector<double> expected(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      expected[i] = starts ? static_cast<double>(start_.row(0)[i]) : 0;
    }
    for (int place = 0; place < pairs_; ++place) {
      const float* h = &hidden[static_cast<std::size_t>(place * (m_.hidden + kGap))];
      for (int i = 0; i < m_.width; ++i) {
        const int64_t row = int64_t{expert_at(place)} * m_.width + i;
        const double sum = dot(&down[static_cast<std::size_t>(row * m_.hidden)], h, m_.hidden);
        expected[static_cast<std::size_t>(pair_at(place) / m_.used * m_.width + i)] +=
            static_cast<double>(shares_.row(0)[pair_at(place)]) * (sum + bias_at(down_bias_, row));
      }
    }
    Errors errors;
    for (std::size_t i = 0; i < out.size(); ++i) errors.add(out[i], expected[i]);
    check(errors.are_small(), name + ": error of outputs " + std::to_string(errors.relative()));
  }

  Random random_;
  Model m_;
  int tokens_, pairs_;
  Weights gate_, up_, down_;
  Inputs x_, gate_bias_, up_bias_, down_bias_, shares_, start_;
  std::vector<int32_t> ids_, plan_;
  Array<int32_t> device_plan_;
};

// Expert 1 has every token, expert 2 none, the others some.
std::vector<int32_t> uneven_ids(int tokens) {
  std::vector<int32_t> ids;
  for (int t = 0; t < tokens; ++t) ids.insert(ids.end(), {1, t % 4 ? 3 : 4, t % 4 == 2 ? 4 : 0});
  return ids;
}

void test(Stream& stream, const Model& model, int tokens, const std::vector<int32_t>& ids) {
  const std::string name = std::string(model.gate) + ", " + model.up + ", " + model.down + " x " +
                           std::to_string(tokens);
  Case(model, tokens, ids).check_all(stream, name);
}

}  // namespace

int main() {
  Stream stream;
  const Activation silu = Activation::kSilu;
  for (const int tokens : {1, 3, 8, 20}) {
    for (const char* type : {"Q4_K", "Q6_K", "IQ2_XXS"}) {
      test(stream, {type, type, type, 5, 3, 256, 256, silu, false}, tokens, uneven_ids(tokens));
    }
    for (const char* type : {"Q8_0", "MXFP4"}) {
      test(stream, {type, type, type, 5, 3, 96, 64, silu, true}, tokens, uneven_ids(tokens));
    }
    test(stream, {"BF16", "BF16", "F32", 5, 3, 33, 45, silu, true}, tokens, uneven_ids(tokens));
    test(stream, {"Q4_K", "Q5_K", "Q6_K", 5, 3, 512, 256, silu, true}, tokens, uneven_ids(tokens));
  }
  for (const Activation each :
       {Activation::kGelu, Activation::kGeluErf, Activation::kClampedSilu}) {
    test(stream, {"F32", "F32", "F16", 5, 3, 33, 45, each, true}, 6, uneven_ids(6));
  }
  // One expert for all, as dense layers have; many pairs of one token with the same expert.
  for (const int tokens : {1, 4, 8}) {
    const std::vector<int32_t> ids(static_cast<std::size_t>(tokens), 0);
    test(stream, {"Q4_K", "Q4_K", "Q6_K", 1, 1, 256, 2304, silu, false}, tokens, ids);
  }
  test(stream, {"Q4_0", "Q4_0", "Q4_0", 5, 3, 64, 64, silu, false}, 3, std::vector<int32_t>(9, 2));
  return result();
}
