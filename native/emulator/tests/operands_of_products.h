// SPDX-License-Identifier: Apache-2.0
// Random operands of products in memory of the device, and products in float64 of the same.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "arrays.h"
#include "kt/kernels.h"
#include "samples.h"

namespace kt::test {

// A matrix of random weights, on both sides. Its rows lie `kGap` bytes apart, which are all set.
class Weights {
 public:
  static constexpr int kGap = 16;

  Weights(const TypeInfo& type, int64_t rows, int columns, Random& random)
      : rows_(rows),
        columns_(columns),
        row_bytes_(columns / type.block * type.bytes + kGap),
        type_(type),
        host_(made(random)),
        device_(host_) {}

  Matrix on_host() const { return matrix(host_.data()); }
  Matrix on_device() const { return matrix(device_.data()); }

  // Rows as the processor's kernel reads them, which is tested against the `gguf` package.
  std::vector<float> values(const std::vector<int32_t>& rows) const {
    std::vector<float> out(rows.size() * static_cast<std::size_t>(columns_));
    kernels().embed({on_host(), rows.data(), out.data()}, {0, static_cast<int64_t>(rows.size())});
    return out;
  }
  std::vector<float> values() const {
    std::vector<int32_t> all(static_cast<std::size_t>(rows_));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int32_t>(i);
    return values(all);
  }

 private:
  Matrix matrix(const uint8_t* data) const {
    return {data, row_bytes_, columns_, type_.type, Layout::kStored};
  }
  std::vector<uint8_t> made(Random& random) const {
    std::vector<uint8_t> bytes(static_cast<std::size_t>((rows_ * row_bytes_ + 15) / 16 * 16), 0xff);
    for (int64_t r = 0; r < rows_; ++r) {
      fill_row(type_, bytes.data() + r * row_bytes_, columns_, random);
    }
    return bytes;
  }

  int64_t rows_;
  int columns_;
  int64_t row_bytes_;
  TypeInfo type_;
  std::vector<uint8_t> host_;
  Array<uint8_t> device_;
};

// Rows of normal values, on both sides, a few NaN behind each.
class Inputs {
 public:
  Inputs(int64_t rows, int width, Random& random, int gap = 5)
      : stride_(width + gap), host_(copy(random.rows(rows, width, gap))), device_(host_) {}

  int64_t stride() const { return stride_; }
  const float* row(int64_t r) const { return host_.data() + r * stride_; }
  // Of tokens with so many rows each.
  Activations on_device(int64_t groups = 1) const {
    const int64_t bytes = stride_ * static_cast<int64_t>(sizeof(float));
    return {reinterpret_cast<const uint8_t*>(device_.data()), bytes * groups, bytes, Form::kFloat};
  }

 private:
  static std::vector<float> copy(const Padded<float>& values) {
    return {values.data(), values.data() + values.size()};
  }

  int64_t stride_;
  std::vector<float> host_;
  Array<float> device_;
};

inline double dot(const float* w, const float* x, int width) {
  double sum = 0;
  for (int i = 0; i < width; ++i) sum += static_cast<double>(w[i]) * static_cast<double>(x[i]);
  return sum;
}

// Squared errors over squares: 1e-9 is that of float32 sums of some hundred terms that cancel.
class Errors {
 public:
  void add(float actual, double expected) {
    const double error = static_cast<double>(actual) - expected;
    squares_ += std::isfinite(error) ? error * error : INFINITY;
    power_ += expected * expected;
  }
  bool are_small() const { return squares_ <= 1e-9 * power_; }
  double relative() const { return squares_ / power_; }

 private:
  double squares_ = 0, power_ = 0;
};

}  // namespace kt::test
