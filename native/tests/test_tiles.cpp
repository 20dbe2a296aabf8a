// SPDX-License-Identifier: Apache-2.0
// Products of activations in bfloat16 with every table that has tiles: near to float64, and the
// same bits from the tiles of the CPU and from emulated ones.
#include <cstring>
#include <string>
#include <vector>

#include "samples.h"
#include "tables.h"

namespace {

using namespace kt::test;

constexpr double kRounded = 1e-5;  // both factors, by up to 2^-9 each

struct Product {
  TypeInfo type;
  int tokens, rows, columns;
  int64_t row_bytes = columns / type.block * type.bytes;
  Padded<uint8_t> weight{rows * row_bytes};
  Padded<uint16_t> x{int64_t{tokens} * columns};

  Product(const TypeInfo& t, int n, int outputs, int width)
      : type(t), tokens(n), rows(outputs), columns(width) {
    Random random;
    for (int r = 0; r < rows; ++r) fill_row(t, weight.data() + r * row_bytes, columns, random);
    for (uint16_t& value : x) {
      const float normal = random.normal();
      std::memcpy(&value, reinterpret_cast<const char*>(&normal) + 2, sizeof value);
    }
  }
  kt::Matrix matrix() const {
    return {weight.data(), row_bytes, columns, type.type, kt::Layout::kStored};
  }

  Output<float> run(const kt::KernelTable& kernels) const {
    Output<float> out(int64_t{tokens} * rows);
    const kt::Activations rounded{reinterpret_cast<const uint8_t*>(x.data()),
                                  columns * int64_t{sizeof(uint16_t)}, 0, kt::Form::kBf16};
    kernels.linear({matrix(), rounded, out.data(), rows, rows, tokens, rows}, {0, rows});
    return out;
  }

  std::vector<float> expected() const {
    std::vector<float> w(int64_t{rows} * columns), out;
    std::vector<int32_t> all(rows);
    for (int r = 0; r < rows; ++r) all[r] = r;
    kt::resolve(0, nullptr).embed({matrix(), all.data(), w.data()}, {0, rows});
    for (int n = 0; n < tokens; ++n) {
      for (int r = 0; r < rows; ++r) {
        double total = 0;
        for (int i = 0; i < columns; ++i) {
          const uint32_t bits = uint32_t{x.data()[int64_t{n} * columns + i]} << 16;
          float value;
          std::memcpy(&value, &bits, sizeof value);
          total += static_cast<double>(w[int64_t{r} * columns + i]) * value;
        }
        out.push_back(static_cast<float>(total));
      }
    }
    return out;
  }
};

void test_product(const Product& product) {
  const std::string name = std::string(product.type.name) + " of " +
                           std::to_string(product.columns) + " columns, " +
                           std::to_string(product.tokens) + " tokens";
  const std::vector<float> expected = product.expected();
  std::vector<float> first;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
    const unsigned features = kt::detect_features();
    if (!(*t)->has_tiles || !(*t)->runs_on(features | kt::kAskedFor)) continue;
    const Output<float> out = product.run(kt::resolve(features, (*t)->isa));
    const std::vector<float> values(out.data(), out.data() + out.size());
    check(out.intact(), name + ", " + (*t)->isa + ": wrote past the end");
    check(nmse(values, expected) <= kRounded, name + ", " + (*t)->isa + ": not near float64");
    if (first.empty()) first = values;
    check(same_bits(values, first), name + ": emulated tiles compute something else");
  }
}

}  // namespace

int main() {
  report_tables();
  for (const TypeInfo& t : kTypes) {
    if (t.type == kt::WeightType::kF32 || t.type == kt::WeightType::kF16) continue;
    const int columns = t.block > 64 ? 512 : 320;
    for (int tokens : {1, 17, 40}) test_product(Product(t, tokens, 37, columns));
  }
  return result();
}
