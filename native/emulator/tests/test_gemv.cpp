// SPDX-License-Identifier: Apache-2.0
// Weights of every type as floats, and their products with few tokens.
#include "check.h"
#include "kernels.h"
#include "operands_of_products.h"
#include "products.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

const std::vector<int>& widths_of(const TypeInfo& type) {
  static const std::vector<int> floats{1, 31, 257, 1100}, small{32, 96, 1056},
      medium{64, 192, 1088}, large{256, 768, 2304};
  if (is_float(type)) return floats;
  return type.block == 32 ? small : type.block == 64 ? medium : large;
}

void test_embed(Stream& stream, const TypeInfo& type) {
  Random random;
  const std::vector<int32_t> tokens{6, 0, 3, 3};
  const Array<int32_t> chosen(tokens);
  for (int columns : widths_of(type)) {
    const Weights weights(type, 7, columns, random);
    const Array<float> out(tokens.size() * static_cast<std::size_t>(columns));
    embed(stream, {weights.on_device(), chosen.data(), out.data()}, 4);
    stream.synchronize();
    const std::vector<float> values = out.read(), expected = weights.values(tokens);
    // A code that is its group's zero may be a zero of either sign.
    check(values == expected, std::string("embed ") + type.name + " x " + std::to_string(columns));
  }
}

struct Shape {
  int groups, outputs, columns;
};

std::vector<float> product(Stream& stream, const Weights& weights, const Inputs& x,
                           const Shape& shape, int first, int tokens) {
  const int64_t group = shape.outputs + 3, token = shape.groups * group;
  const Array<float> out(static_cast<std::size_t>(tokens * token));
  kt::Activations activations = x.on_device(shape.groups);
  activations.data += first * activations.token_bytes;
  gemv(stream, {weights.on_device(), activations, out.data(), token, group, tokens, shape.outputs},
       int64_t{shape.groups} * shape.outputs);
  stream.synchronize();
  std::vector<float> values, all = out.read();
  for (int64_t row = 0; row < int64_t{tokens} * shape.groups; ++row) {
    const float* from = all.data() + row * group;
    values.insert(values.end(), from, from + shape.outputs);
    for (int i = 0; i < 3; ++i) check(std::isnan(from[shape.outputs + i]), "a write past a row");
  }
  return values;
}

// Right, and for each token what it is alone, bit for bit.
void test_product(Stream& stream, const TypeInfo& type, const Shape& shape) {
  Random random;
  const int rows = shape.groups * shape.outputs;
  const Weights weights(type, rows, shape.columns, random);
  const Inputs x(int64_t{kGemvTokens} * shape.groups, shape.columns, random);
  const std::vector<float> w = weights.values();
  const std::string name = std::string(type.name) + " " + std::to_string(shape.groups) + " x " +
                           std::to_string(shape.outputs) + " x " + std::to_string(shape.columns);
  std::vector<float> single;
  for (int t = 0; t < kGemvTokens; ++t) {
    const std::vector<float> one = product(stream, weights, x, shape, t, 1);
    single.insert(single.end(), one.begin(), one.end());
  }
  Errors errors;
  for (int t = 0; t < kGemvTokens; ++t) {
    for (int r = 0; r < rows; ++r) {
      const float* row = x.row(int64_t{t} * shape.groups + r / shape.outputs);
      errors.add(single[static_cast<std::size_t>(t * rows + r)],
                 dot(w.data() + int64_t{r} * shape.columns, row, shape.columns));
    }
  }
  check(errors.are_small(), name + ": error " + std::to_string(errors.relative() * 1e9) + "e-9");
  for (int tokens : {2, 3, 4, 5, 8}) {
    const std::vector<float> some = product(stream, weights, x, shape, 0, tokens);
    check(!std::memcmp(some.data(), single.data(), some.size() * sizeof(float)),
          name + " of " + std::to_string(tokens) + " tokens");
  }
}

}  // namespace

int main(int count, char** names) {
  Stream stream;
  for (const TypeInfo& type : kTypes) {
    if (count > 1 && std::string(names[1]) != type.name) continue;
    test_embed(stream, type);
    for (int columns : widths_of(type)) test_product(stream, type, {1, 5, columns});
    test_product(stream, type, {3, 18, widths_of(type)[1]});
    test_product(stream, type, {2, 97, widths_of(type).back()});  // so many that warps share none
  }
  return result();
}
