// SPDX-License-Identifier: Apache-2.0
// A kernel, launched and captured.
#include <vector>

#include "check.h"
#include "errors.h"
#include "kernels.h"

using namespace kt::cuda;
using namespace kt::test;

int main() {
  constexpr int64_t kCount = 1000;
  Stream stream;
  float* memory = nullptr;
  check(cudaMalloc(reinterpret_cast<void**>(&memory), 2 * kCount * sizeof(float)), "memory");
  std::vector<float> values(2 * kCount);
  for (int64_t i = 0; i < 2 * kCount; ++i) values[i] = static_cast<float>(i);
  check(cudaMemcpyAsync(memory, values.data(), 2 * kCount * sizeof(float), cudaMemcpyHostToDevice,
                        stream.handle()),
        "copy");
  const kt::AddArgs args{memory, memory + kCount, memory, kCount, 2.0f};
  add(stream, args, kCount / kt::kChunk);
  stream.begin_capture();
  add(stream, args, kCount / kt::kChunk);
  Graph graph = stream.end_capture();
  graph.replay();
  check(cudaMemcpyAsync(values.data(), memory, kCount * sizeof(float), cudaMemcpyDeviceToHost,
                        stream.handle()),
        "copy");
  stream.synchronize();
  for (int64_t i = 0; i < kCount; ++i) {
    const float expected = static_cast<float>(i) + 4 * static_cast<float>(kCount + i);
    check(values[i] == expected, "sum " + std::to_string(i));
  }
  check(cudaFree(memory), "memory");
  return result();
}
