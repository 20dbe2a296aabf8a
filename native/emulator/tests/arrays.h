// SPDX-License-Identifier: Apache-2.0
// Arrays in memory of the device.
#pragma once

#include <cstddef>
#include <vector>

#include "errors.h"

namespace kt::test {

template <class T>
class Array {
 public:
  explicit Array(std::size_t count) : count_(count) {
    cuda::check(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(T)), "array");
  }
  explicit Array(const std::vector<T>& values) : Array(values.size()) { write(values); }
  ~Array() { cudaFree(data_); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  T* data() const { return data_; }
  void write(const std::vector<T>& values) {
    cuda::check(cudaMemcpy(data_, values.data(), count_ * sizeof(T), cudaMemcpyHostToDevice),
                "array");
  }
  std::vector<T> read() const {
    std::vector<T> values(count_);
    cuda::check(cudaMemcpy(values.data(), data_, count_ * sizeof(T), cudaMemcpyDeviceToHost),
                "array");
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t count_;
};

}  // namespace kt::test
