// SPDX-License-Identifier: Apache-2.0
// Routed experts of many tokens against float64, with weights as the CPU decodes them: experts
// without tokens, with few and with many, matrices of different types, biases, every activation,
// and more pairs than are multiplied at a time.
#include <cmath>
#include <string>
#include <vector>

#include "arrays.h"
#include "check.h"
#include "kt/kernels.h"
#include "products.h"
#include "samples.h"
#include "stream.h"

namespace {

using namespace kt::test;
using kt::Activation;

// Activations, and quantised weights, rounded to float16: NMSE 2e-7; for BF16 to bfloat16: 3e-6. Up
// to four times that behind an activation, which is the steeper the larger gate and up are.
constexpr double kHalf = 1e-6, kBfloat = 1.5e-5;

struct Weights {
  TypeInfo type;
  int rows, columns;
  int64_t row_bytes;
  std::vector<uint8_t> bytes;

  Weights(kt::WeightType wanted, int row_count, int width, Random& random)
      : rows(row_count), columns(width) {
    for (const TypeInfo& t : kTypes) {
      if (t.type == wanted) type = t;
    }
    row_bytes = columns / type.block * type.bytes;
    bytes.resize(static_cast<std::size_t>(rows * row_bytes));
    for (int r = 0; r < rows; ++r) fill_row(type, bytes.data() + r * row_bytes, columns, random);
  }
  kt::Matrix matrix(const uint8_t* data) const {
    return {data, row_bytes, columns, type.type, kt::Layout::kStored};
  }
  std::vector<float> decoded() const {
    std::vector<float> w(static_cast<std::size_t>(rows * columns));
    std::vector<int32_t> all;
    for (int r = 0; r < rows; ++r) all.push_back(r);
    kt::resolve(0, "scalar").embed({matrix(bytes.data()), all.data(), w.data()}, {0, rows});
    return w;
  }
};

double dot(const float* w, const float* x, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += static_cast<double>(w[i]) * x[i];
  return sum;
}

double activated(Activation activation, double g, double u) {
  switch (activation) {
    case Activation::kSilu: return g / (1 + std::exp(-g)) * u;
    case Activation::kGelu:
      return g / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (g + 0.044715 * g * g * g))) * u;
    case Activation::kGeluErf: return g / 2 * (1 + std::erf(g / std::sqrt(2.0))) * u;
    case Activation::kClampedSilu:
      g = std::fmin(g, 7), u = std::fmax(-7, std::fmin(u, 7));
      return g / (1 + std::exp(-1.702 * g)) * (u + 1);
  }
  return NAN;
}

struct Error {
  double error = 0, power = 0;
  void add(double actual, double expected) {
    error += (actual - expected) * (actual - expected);
    power += expected * expected;
  }
  void check(const std::string& name, kt::WeightType type) const {
    const double limit = type == kt::WeightType::kBF16 ? kBfloat : kHalf;
    kt::test::check(error <= limit * power,  // false for NaN
                    name + ": NMSE " + std::to_string(error / power * 1e6) + "e-6");
  }
};

std::vector<float> normals(int count, Random& random) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(random.normal());
  return values;
}

struct Shape {
  int tokens, experts, per_token, width, hidden;
};

// Each token goes to its own experts, mostly to the second and never to the first.
struct Routed {
  Shape s;
  int pairs = s.tokens * s.per_token;
  std::vector<int32_t> ids, plan;

  explicit Routed(const Shape& shape) : s(shape) {
    for (int t = 0; t < s.tokens; ++t) {
      for (int k = 0; k < s.per_token; ++k)
        ids.push_back(t % 3 ? 1 + k : 1 + (t + k) % (s.experts - 1));
    }
    plan.resize(static_cast<std::size_t>(kt::plan_size(pairs, s.experts)));
    kt::resolve(0, "scalar").expert_plan({ids.data(), plan.data(), pairs, s.experts}, {0, 1});
  }
  int pair(int place) const { return plan[static_cast<std::size_t>(s.experts + 1 + place)]; }
};

void test_up(const Shape& s, kt::WeightType gate_type, kt::WeightType up_type,
             Activation activation, bool has_bias) {
  Random random;
  const Routed routed(s);
  const Weights gate(gate_type, s.experts * s.hidden, s.width, random);
  const Weights up(up_type, s.experts * s.hidden, s.width, random);
  const std::vector<float> x = normals(s.tokens * s.width, random);
  const std::vector<float> biases = normals(2 * s.experts * s.hidden, random);
  const Array<uint8_t> gate_bytes(gate.bytes), up_bytes(up.bytes);
  const Array<float> inputs(x), bias(biases);
  const Array<int32_t> plan(routed.plan);
  const Array<float> hidden(
      std::vector<float>(static_cast<std::size_t>(routed.pairs * s.hidden), NAN));
  const kt::Activations in{reinterpret_cast<const uint8_t*>(inputs.data()),
                           s.width * int64_t{sizeof(float)}, 0, kt::Form::kFloat};
  kt::cuda::Stream stream;
  kt::cuda::experts_up_gemm(
      stream,
      {gate.matrix(gate_bytes.data()), up.matrix(up_bytes.data()), has_bias ? bias.data() : nullptr,
       has_bias ? bias.data() + s.experts * s.hidden : nullptr, in, in, plan.data(),
       reinterpret_cast<uint8_t*>(hidden.data()), s.hidden * int64_t{sizeof(float)},
       kt::Form::kFloat, routed.pairs, s.experts, s.hidden, s.per_token, activation});
  stream.synchronize();
  const std::vector<float> actual = hidden.read(), g = gate.decoded(), u = up.decoded();
  Error error;
  for (int i = 0; i < routed.pairs; ++i) {
    const int pair = routed.pair(i), expert = routed.ids[static_cast<std::size_t>(pair)];
    const float* token = x.data() + pair / s.per_token * s.width;
    for (int r = 0; r < s.hidden; ++r) {
      const int row = expert * s.hidden + r;
      double a = dot(g.data() + row * s.width, token, s.width);
      double b = dot(u.data() + row * s.width, token, s.width);
      if (has_bias) {
        a += biases[static_cast<std::size_t>(row)];
        b += biases[static_cast<std::size_t>(s.experts * s.hidden + row)];
      }
      error.add(actual[static_cast<std::size_t>(i * s.hidden + r)], activated(activation, a, b));
    }
  }
  error.check(std::string("up, ") + gate.type.name + " and " + up.type.name + ", activation " +
                  std::to_string(static_cast<int>(activation)),
              gate.type.type);
}

void test_down(const Shape& s, kt::WeightType type, bool has_bias, bool has_start) {
  Random random;
  const Routed routed(s);
  const Weights weight(type, s.experts * s.width, s.hidden, random);
  const std::vector<float> x = normals(routed.pairs * s.hidden, random);
  const std::vector<float> biases = normals(s.experts * s.width, random);
  const std::vector<float> weights = normals(routed.pairs, random);
  const std::vector<float> starts = normals(s.tokens * s.width, random);
  const Array<uint8_t> bytes(weight.bytes);
  const Array<float> inputs(x), bias(biases), scales(weights), out(starts);
  const Array<int32_t> plan(routed.plan);
  const kt::Activations in{reinterpret_cast<const uint8_t*>(inputs.data()),
                           s.hidden * int64_t{sizeof(float)}, 0, kt::Form::kFloat};
  kt::cuda::Stream stream;
  kt::cuda::experts_down_gemm(
      stream, {weight.matrix(bytes.data()), has_bias ? bias.data() : nullptr, in, plan.data(),
               scales.data(), has_start ? out.data() : nullptr, out.data(), s.tokens, routed.pairs,
               s.experts, s.width, s.per_token});
  stream.synchronize();
  const std::vector<float> actual = out.read(), w = weight.decoded();
  std::vector<double> expected(starts.begin(), starts.end());
  if (!has_start) expected.assign(expected.size(), 0);
  for (int i = 0; i < routed.pairs; ++i) {
    const int pair = routed.pair(i), expert = routed.ids[static_cast<std::size_t>(pair)];
    for (int r = 0; r < s.width; ++r) {
      const int row = expert * s.width + r;
      double sum = dot(w.data() + row * s.hidden, x.data() + i * s.hidden, s.hidden);
      if (has_bias) sum += biases[static_cast<std::size_t>(row)];
      expected[static_cast<std::size_t>(pair / s.per_token * s.width + r)] +=
          weights[static_cast<std::size_t>(pair)] * sum;
    }
  }
  Error error;
  for (std::size_t i = 0; i < expected.size(); ++i) error.add(actual[i], expected[i]);
  error.check(std::string("down, ") + weight.type.name, type);
}

}  // namespace

int main() {
  using kt::WeightType;
  constexpr Shape kSome{61, 7, 2, 256, 96};
  for (Activation a :
       {Activation::kSilu, Activation::kGelu, Activation::kGeluErf, Activation::kClampedSilu}) {
    test_up(kSome, WeightType::kQ4_K, WeightType::kQ4_K, a, false);
  }
  test_up(kSome, WeightType::kMXFP4, WeightType::kMXFP4, Activation::kClampedSilu, true);
  test_up(kSome, WeightType::kQ4_K, WeightType::kF32, Activation::kSilu, true);
  test_down(kSome, WeightType::kQ8_0, false, true);
  test_down(kSome, WeightType::kBF16, true, false);
  test_down({200, 3, 2, 150, 256}, WeightType::kQ6_K, true, true);
  constexpr Shape kMany{16500, 5, 2, 32, 32};
  test_up(kMany, WeightType::kQ8_0, WeightType::kQ8_0, Activation::kSilu, false);
  test_down(kMany, WeightType::kQ8_0, true, true);
  return result();
}
