// SPDX-License-Identifier: Apache-2.0
// Products of many tokens against float64, with weights as the CPU decodes them: every type and
// size of tile, groups, parts of tiles at the ends, slices of the columns, and scales that differ.
#include <cmath>
#include <cstring>
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

// Activations rounded to bfloat16 and sums of float32; weights are exact.
constexpr double kRounded = 4e-6;  // 2^-9 each at most, uniform: 2^-18 / 3 squared, half as often
constexpr double kSplit = 1e-9;    // in two parts, 2^-16 each at most
// Quantised: activations, scales, lows and weights rounded to float16, 2^-11 each at most, which is
// 4e-8; the last two only of some types.
constexpr double kHalf = 2e-7;

struct Product {
  TypeInfo type;
  int tokens, groups, outputs, columns;
  int64_t row_bytes = columns / type.block * type.bytes;
  std::vector<uint8_t> weight;
  std::vector<float> x;

  Product(const TypeInfo& t, int token_count, int group_count, int rows, int width)
      : type(t),
        tokens(token_count),
        groups(group_count),
        outputs(rows),
        columns(width),
        weight(static_cast<std::size_t>(group_count * rows * row_bytes)) {
    Random random;
    for (int r = 0; r < groups * outputs; ++r) {
      fill_row(t, weight.data() + r * row_bytes, columns, random);
    }
    for (int i = 0; i < tokens * groups * columns; ++i) x.push_back(random.normal());
  }

  std::vector<float> run() const {
    std::vector<uint8_t> whole = weight;  // which kernels read 16 bytes at a time
    whole.resize((weight.size() + 15) / 16 * 16, 0xff);
    const Array<uint8_t> weights(whole);
    const Array<float> inputs(x);
    const std::size_t size = static_cast<std::size_t>(tokens * groups * outputs);
    const Array<float> out(std::vector<float>(size, NAN));
    const int64_t token_bytes = int64_t{groups} * columns * int64_t{sizeof(float)};
    const kt::LinearArgs args{{weights.data(), row_bytes, columns, type.type, kt::Layout::kStored},
                              {reinterpret_cast<const uint8_t*>(inputs.data()), token_bytes,
                               token_bytes / groups, kt::Form::kFloat},
                              out.data(),
                              int64_t{groups} * outputs,
                              outputs,
                              tokens,
                              outputs};
    kt::cuda::Stream stream;
    kt::cuda::gemm(stream, args, int64_t{groups} * outputs);
    stream.synchronize();
    return out.read();
  }

  // Makes scales along a row as different as float16 can be, and tokens as float32. Odd tokens are
  // zero where the scales are large, so that what small weights lose is not hidden.
  void spread() {
    const int blocks = columns / type.block;
    const auto exponent = [](int block) { return block * 11 % 29 + 1; };
    for (int i = 0; i < groups * outputs * blocks; ++i) {
      const auto scale = static_cast<uint16_t>(exponent(i % blocks) << 10 | (i * 37 & 0x3ff));
      std::memcpy(weight.data() + int64_t{i} * type.bytes, &scale, sizeof(scale));
    }
    for (int i = 0; i < tokens * groups * columns; ++i) {
      const int token = i / (groups * columns), block = i % columns / type.block;
      float& value = x[static_cast<std::size_t>(i)];
      value = token % 2 && exponent(block) > 8 ? 0 : std::ldexp(value, token * 23 % 90 - 45);
    }
  }

  // Weights of all rows.
  std::vector<float> decoded() const {
    std::vector<float> w(static_cast<std::size_t>(groups * outputs * columns));
    std::vector<int32_t> all;
    for (int r = 0; r < groups * outputs; ++r) all.push_back(r);
    const kt::Matrix matrix{weight.data(), row_bytes, columns, type.type, kt::Layout::kStored};
    kt::resolve(0, "scalar").embed({matrix, all.data(), w.data()}, {0, groups * outputs});
    return w;
  }

  // Squared error over the squares of the terms, on average.
  double error(const std::vector<float>& actual) const {
    const std::vector<float> w = decoded();
    double error = 0;
    for (int t = 0; t < tokens; ++t) {
      for (int r = 0; r < groups * outputs; ++r) {
        const float* in = x.data() + (t * groups + r / outputs) * columns;
        double expected = 0, power = 0;
        for (int c = 0; c < columns; ++c) {
          const double term =
              static_cast<double>(w[static_cast<std::size_t>(r * columns + c)]) * in[c];
          expected += term;
          power += term * term;
        }
        const double got = actual[static_cast<std::size_t>(t * groups * outputs + r)];
        error += (got - expected) * (got - expected) / power;
      }
    }
    return error / static_cast<double>(actual.size());
  }
};

void test(const Product& product) {
  const TypeInfo& type = product.type;
  const std::vector<float> first = product.run();
  const bool is_bf16 = type.type == kt::WeightType::kBF16;
  const double limit = type.block > 1 ? kHalf : is_bf16 ? kRounded : kSplit;
  const double error = product.error(first);
  const std::string name = std::string(type.name) + ", " + std::to_string(product.tokens) +
                           " tokens, " + std::to_string(product.groups) + " x " +
                           std::to_string(product.outputs) + " x " +
                           std::to_string(product.columns);
  check(error <= limit, name + ": NMSE " + std::to_string(error * 1e9) + "e-9");  // false for NaN
  const std::vector<float> again = product.run();
  check(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0,
        name + ": another result the second time");
}
void test(const TypeInfo& type, int tokens, int groups, int outputs, int columns) {
  test(Product(type, tokens, groups, outputs, columns));
}

}  // namespace

int main() {
  for (const TypeInfo& type : kTypes) {
    const int columns = type.block == 1 ? 100 : type.block == 256 ? 512 : type.block * 3;
    test(type, 19, 1, 37, columns);
  }
  for (const char* name : {"Q4_K", "Q6_K", "Q8_0", "BF16", "F32"}) {
    for (const TypeInfo& type : kTypes) {
      if (std::string(type.name) != name) continue;
      test(type, 13, 3, 130, 256);  // groups
      test(type, 70, 1, 150, 256);  // tiles of 64 and of 128 tokens, and their ends
      test(type, 300, 1, 40, 256);
      test(type, 9, 1, 128, 2048);  // slices
    }
  }
  for (const TypeInfo& type : kTypes) {
    if (std::string(type.name) != "Q8_0" && std::string(type.name) != "Q4_1") continue;
    Product product(type, 19, 1, 37, 2048);
    product.spread();
    test(product);
  }
  return result();
}
