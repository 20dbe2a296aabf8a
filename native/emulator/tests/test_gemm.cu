// SPDX-License-Identifier: Apache-2.0
// Products of many tokens against float64, with weights as the CPU decodes them: every type and
// size of tile, groups, parts of tiles at the ends, and slices of the columns.
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

// Both activations' roundings to bfloat16 and sums of float32; weights are exact.
constexpr double kRounded = 4e-6;  // 2^-9 each at most, uniform: 2^-18 / 3 squared, half as often
constexpr double kSplit = 1e-9;    // in two parts, 2^-16 each at most

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

  // Weights of all rows.
  std::vector<float> decoded() const {
    std::vector<float> w(static_cast<std::size_t>(groups * outputs * columns));
    std::vector<int32_t> all;
    for (int r = 0; r < groups * outputs; ++r) all.push_back(r);
    const kt::Matrix matrix{weight.data(), row_bytes, columns, type.type, kt::Layout::kStored};
    kt::resolve(0, "scalar").embed({matrix, all.data(), w.data()}, {0, groups * outputs});
    return w;
  }

  // Squared error over the square of the expected result.
  double error(const std::vector<float>& actual) const {
    const std::vector<float> w = decoded();
    double error = 0, power = 0;
    for (int t = 0; t < tokens; ++t) {
      for (int r = 0; r < groups * outputs; ++r) {
        const float* in = x.data() + (t * groups + r / outputs) * columns;
        double expected = 0;
        for (int c = 0; c < columns; ++c) {
          expected += static_cast<double>(w[static_cast<std::size_t>(r * columns + c)]) * in[c];
        }
        const double got = actual[static_cast<std::size_t>(t * groups * outputs + r)];
        error += (got - expected) * (got - expected);
        power += expected * expected;
      }
    }
    return error / power;
  }
};

void test(const TypeInfo& type, int tokens, int groups, int outputs, int columns) {
  const Product product(type, tokens, groups, outputs, columns);
  const std::vector<float> first = product.run();
  const double limit = type.block == 1 && type.type != kt::WeightType::kBF16 ? kSplit : kRounded;
  const double error = product.error(first);
  const std::string name = std::string(type.name) + ", " + std::to_string(tokens) + " tokens, " +
                           std::to_string(groups) + " x " + std::to_string(outputs) + " x " +
                           std::to_string(columns);
  check(error <= limit, name + ": NMSE " + std::to_string(error * 1e9) + "e-9");  // false for NaN
  const std::vector<float> again = product.run();
  check(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0,
        name + ": another result the second time");
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
  return result();
}
