// SPDX-License-Identifier: Apache-2.0
// Routed experts as one chain: plan, up, down. Tokens fall unevenly, and one expert has none.
#include <string>
#include <vector>

#include "operands.h"
#include "tables.h"

namespace {

using namespace kt::test;

constexpr int kExperts = 5, kUsed = 3;
constexpr Limit kRounded{1e-6, "where sums differ, a hidden activation may round the other way"};

struct Shape {
  int tokens, width, hidden;
};

// Expert 1 has all tokens, expert 2 none, the others some.
std::vector<int32_t> choose(int tokens) {
  std::vector<int32_t> ids;
  for (int t = 0; t < tokens; ++t) {
    ids.insert(ids.end(), {1, t % 4 == 0 ? 4 : 3, t % 4 == 2 ? 4 : 0});
  }
  return ids;
}

kt::Form form_of(const TypeInfo& t) { return is_float(t) ? kt::Form::kFloat : kt::Form::kQ8; }

void test_experts(const TypeInfo& t, const Shape& shape, kt::Activation activation, bool biased) {
  Random random;
  const auto [tokens, width, hidden] = shape;
  const int pairs = tokens * kUsed;
  const Operands gate(t, kExperts * hidden, tokens, width, random);
  const Operands up(t, kExperts * hidden, 0, width, random);
  const Operands down(t, kExperts * width, 0, hidden, random);
  const Padded<float> hidden_bias = random.normals(kExperts * hidden);
  const Padded<float> bias = random.normals(kExperts * width), shares = random.normals(pairs);
  const Padded<float> start = random.normals(int64_t{tokens} * width);
  const std::vector<int32_t> ids = choose(tokens);
  const std::string label = std::string("experts ") + t.name + ", " + std::to_string(tokens) +
                            " tokens, activation " + std::to_string(static_cast<int>(activation));
  compare(label, is_float(t) ? kSums : kRounded, [&](const Launcher& launcher) {
    const int64_t hidden_bytes = down.token_bytes;
    Output<int32_t> plan(kt::plan_size(pairs, kExperts));
    Output<uint8_t> rows(pairs * hidden_bytes);
    Output<float> out(start.size());
    launcher.run(&kt::KernelTable::expert_plan,
                 kt::ExpertPlanArgs{ids.data(), plan.data(), pairs, kExperts}, 1);
    const kt::ExpertsUpArgs raise{gate.matrix(),
                                  up.matrix(),
                                  biased ? hidden_bias.data() : nullptr,
                                  biased ? hidden_bias.data() : nullptr,
                                  gate.activations(1),
                                  gate.activations(1),
                                  plan.data(),
                                  rows.data(),
                                  hidden_bytes,
                                  form_of(t),
                                  pairs,
                                  kExperts,
                                  hidden,
                                  kUsed,
                                  activation};
    launcher.run(&kt::KernelTable::experts_up, raise, kt::up_shares(hidden, pairs, kExperts));
    const kt::ExpertsDownArgs lower{down.matrix(),
                                    biased ? bias.data() : nullptr,
                                    {rows.data(), hidden_bytes, 0, form_of(t)},
                                    plan.data(),
                                    shares.data(),
                                    biased ? start.data() : nullptr,
                                    out.data(),
                                    tokens,
                                    pairs,
                                    kExperts,
                                    width,
                                    kUsed};
    launcher.run(&kt::KernelTable::experts_down, lower, kt::down_items(width));
    return Outcome{std::vector<float>(out.begin(), out.end()),
                   plan.intact() && rows.intact() && out.intact()};
  });
}

}  // namespace

int main() {
  report_tables();
  const kt::Activation silu = kt::Activation::kSilu;
  for (const TypeInfo& t : kTypes) {
    const Shape shape = is_float(t) ? Shape{0, 37, 45} : Shape{0, t.block, t.block * 2};
    for (int tokens : {1, 3, 8, 20}) {
      test_experts(t, {tokens, shape.width, shape.hidden}, silu, false);
    }
    test_experts(t, {3, shape.width, shape.hidden}, silu, true);
  }
  for (int activation = 0; activation <= static_cast<int>(kt::Activation::kClampedSilu);
       ++activation) {
    test_experts(kTypes[0], {4, 33, 50}, static_cast<kt::Activation>(activation), true);
  }
  test_experts(kTypes[0], {300, 17, 33}, silu, true);  // more than are taken at a time
  test_experts(kTypes[0], {5, 17, 300}, silu, true);   // more rows than are
  return result();
}
