// SPDX-License-Identifier: Apache-2.0
// Products with weights of every type, dequantisation, and quantisation of activations.
#include <string>
#include <vector>

#include "operands.h"
#include "tables.h"

namespace {

using namespace kt::test;

Outcome outcome(const Output<float>& out) {
  return {std::vector<float>(out.data(), out.data() + out.size()), out.intact()};
}

std::string label(const char* kernel, const TypeInfo& t, int columns, int tokens) {
  return std::string(kernel) + " " + t.name + " of " + std::to_string(columns) + " columns, " +
         std::to_string(tokens) + " tokens";
}

void test_embed(const TypeInfo& t, int columns) {
  Random random;
  const Operands in(t, 9, 0, columns, random);
  const std::vector<int32_t> tokens{8, 0, 3, 3};
  compare(label("embed", t, columns, 4), kExact, [&](const Launcher& launcher) {
    Output<float> out(4 * columns);
    launcher.run(&kt::KernelTable::embed, kt::EmbedArgs{in.matrix(), tokens.data(), out.data()}, 4);
    return outcome(out);
  });
}

void test_linear(const TypeInfo& t, int columns, int tokens, int groups) {
  constexpr int kOutputs = 21;
  Random random;
  const Operands in(t, groups * kOutputs, tokens * groups, columns, random);
  compare(label("linear", t, columns, tokens), kSums, [&](const Launcher& launcher) {
    Output<float> out(int64_t{tokens} * groups * kOutputs);
    const kt::LinearArgs args{
        in.matrix(), in.activations(groups), out.data(), groups * kOutputs, kOutputs, tokens,
        kOutputs};
    launcher.run(&kt::KernelTable::linear, args, groups * kOutputs);
    return outcome(out);
  });
}

void test_quantize(int tokens, int groups, int width) {
  Random random;
  constexpr int kFloatGap = 3;
  const int stride = width + kFloatGap;
  Padded<float> x = random.rows(int64_t{tokens} * groups, width, kFloatGap);
  for (int i = 0; i < kt::kBlock; ++i) x[i] = i % 2 ? -0.0f : 1e-35f;  // a block without a scale
  compare("quantize", kExact, [&](const Launcher& launcher) {
    const int64_t rows = int64_t{tokens} * groups, row_bytes = kt::q8_row_bytes(width);
    Output<uint8_t> out(rows * row_bytes);
    const kt::QuantizeArgs args{x.data(), out.data(), groups * stride, stride, groups, width};
    launcher.run(&kt::KernelTable::quantize, args, rows * (width / kt::kBlock));
    return Outcome{std::vector<float>(out.begin(), out.end()), out.intact()};
  });
}

}  // namespace

int main() {
  report_tables();
  for (const TypeInfo& t : kTypes) {
    const std::vector<int> widths =
        is_float(t) ? std::vector<int>{1, 15, 31, 33, 250} : std::vector<int>{t.block, t.block * 3};
    for (int columns : widths) {
      test_embed(t, columns);
      for (int tokens : {1, 2, 3, 4, 7}) test_linear(t, columns, tokens, 1);
      test_linear(t, columns, 2, 3);
    }
  }
  test_quantize(1, 1, 32);
  test_quantize(3, 2, 160);
  return result();
}
