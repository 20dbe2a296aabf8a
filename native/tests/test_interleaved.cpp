// SPDX-License-Identifier: Apache-2.0
// Interleaved rows: every table writes the same bytes, and products with them are those with the
// rows as they are stored.
#include <string>
#include <vector>

#include "kt/kernels.h"
#include "samples.h"
#include "tables.h"

namespace {

using namespace kt::test;

constexpr int kRows = 48;

struct Stored {
  const TypeInfo& type;
  int columns;
  int64_t row_bytes;
  Padded<uint8_t> data;

  Stored(const TypeInfo& t, int width, Random& random)
      : type(t), columns(width), row_bytes(width / t.block * t.bytes), data(kRows * row_bytes) {
    for (int r = 0; r < kRows; ++r) fill_row(t, data.data() + r * row_bytes, width, random);
  }
  kt::Matrix matrix() const {
    return {data.data(), row_bytes, columns, type.type, kt::Layout::kStored};
  }
  int64_t interleaved_bytes() const {
    return kRows * kt::interleaved_row_bytes(type.type, columns);
  }
};

std::string label(const char* what, const Stored& in, int tokens) {
  return std::string(what) + " " + in.type.name + " of " + std::to_string(in.columns) +
         " columns, " + std::to_string(tokens) + " tokens";
}

void interleave(const Launcher& launcher, const Stored& in, uint8_t* out) {
  launcher.run(&kt::KernelTable::interleave, kt::InterleaveArgs{in.matrix(), out},
               kRows / kt::kPanelRows);
}

void test_bytes(const Stored& in) {
  compare(label("interleave", in, 0), kExact, [&](const Launcher& launcher) {
    Output<uint8_t> out(in.interleaved_bytes());
    interleave(launcher, in, out.data());
    return Outcome{std::vector<float>(out.begin(), out.end()), out.intact()};
  });
}

// What scalar computes with stored rows is what all compare with.
void test_products(const Stored& in, int tokens, Random& random) {
  const int64_t token_bytes = kt::q8_row_bytes(in.columns);
  Padded<uint8_t> x(tokens * token_bytes);
  for (int n = 0; n < tokens; ++n) fill_q8(x.data() + n * token_bytes, in.columns, random);
  compare(label("interleaved linear", in, tokens), kSums, [&](const Launcher& launcher) {
    Padded<uint8_t> copy(in.interleaved_bytes());
    interleave(launcher, in, copy.data());
    const bool is_reference = std::string(launcher.kernels.isa) == "scalar";
    const kt::Matrix matrix =
        is_reference ? in.matrix()
                     : kt::Matrix{copy.data(), kt::interleaved_row_bytes(in.type.type, in.columns),
                                  in.columns, in.type.type, kt::Layout::kInterleaved};
    Output<float> out(int64_t{tokens} * kRows);
    const kt::LinearArgs args{
        matrix, {x.data(), token_bytes, 0, kt::Form::kQ8}, out.data(), kRows, kRows, tokens, kRows};
    launcher.run(&kt::KernelTable::linear, args, kRows);
    return Outcome{std::vector<float>(out.begin(), out.end()), out.intact()};
  });
}

// Tokens side by side are computed as one by one: panels, which take more than eight, sum in the
// same order.
void test_many(const Stored& in, int tokens, Random& random) {
  const int64_t token_bytes = kt::q8_row_bytes(in.columns);
  Padded<uint8_t> x(tokens * token_bytes), copy(in.interleaved_bytes());
  for (int n = 0; n < tokens; ++n) fill_q8(x.data() + n * token_bytes, in.columns, random);
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
    const unsigned features = kt::detect_features();
    if (!(*t)->runs_on(features | kt::kAskedFor)) continue;
    const Launcher launcher{kt::resolve(features, (*t)->isa), 1};
    interleave(launcher, in, copy.data());
    const auto multiply = [&](int first, int count, float* out) {
      const kt::Matrix matrix{copy.data(), kt::interleaved_row_bytes(in.type.type, in.columns),
                              in.columns, in.type.type, kt::Layout::kInterleaved};
      const kt::Activations given{x.data() + first * token_bytes, token_bytes, 0, kt::Form::kQ8};
      launcher.run(&kt::KernelTable::linear,
                   kt::LinearArgs{matrix, given, out, kRows, kRows, count, kRows}, kRows);
    };
    std::vector<float> together(tokens * kRows), apart(tokens * kRows);
    multiply(0, tokens, together.data());
    for (int n = 0; n < tokens; ++n) multiply(n, 1, apart.data() + n * kRows);
    check(same_bits(together, apart),
          label("one by one", in, tokens) + ", " + (*t)->isa + ": another result");
  }
}

}  // namespace

int main() {
  report_tables();
  Random random;
  for (const TypeInfo& t : kTypes) {
    for (int columns : {t.block, 5 * t.block, 512 + t.block}) {
      if (kt::interleaved_row_bytes(t.type, columns) == 0) continue;
      const Stored in(t, columns, random);
      test_bytes(in);
      for (int tokens : {1, 2, 3, 4, 5, 9, 20}) test_products(in, tokens, random);
      for (int tokens : {4, 13}) test_many(in, tokens, random);
    }
  }
  return result();
}
