// SPDX-License-Identifier: Apache-2.0
// Kernels that pass data between the GPU's memory and mapped pinned memory, which both sides reach.
// They replace copies: a copy node between two kernels of a graph costs some 9 microseconds.
//
// Pointers are 16-byte aligned and counts of floats multiples of 4; std::invalid_argument
// otherwise.
#pragma once

#include <cstdint>

#include "stream.h"

namespace kt::cuda {

// What an answer word holds once nobody shall wait for the CPU any more: it satisfies every wait.
constexpr uint32_t kGivenUp = 0x7fffffff;

// A number that a kernel stores in mapped memory after its data. Without a word: nothing to store.
struct Signal {
  volatile uint32_t* word = nullptr;
  uint32_t number = 0;
};

// A number that a kernel waits for in mapped memory before it reads. After `patience_ns` it stores
// kGivenUp there and goes on. Without a word: nothing to wait for.
struct Expected {
  volatile uint32_t* word = nullptr;
  uint32_t number = 0;
  uint64_t patience_ns = 0;
};

// What the CPU needs for the experts of T tokens, as the GPU has it and where the CPU reads it.
struct PublishArgs {
  const float* x = nullptr;         // [T, width]
  const int32_t* ids = nullptr;     // [T, K]
  const float* weights = nullptr;   // [T, K]
  float* mapped_x = nullptr;        // [T, width]
  int32_t* mapped_ids = nullptr;    // [T, K]
  float* mapped_weights = nullptr;  // [T, K]
  int64_t values = 0;               // T * width
  int64_t pairs = 0;                // T * K
};

// out = start + result.
struct CollectArgs {
  const float* result = nullptr;  // what the CPU computed, in mapped memory
  const float* start = nullptr;   // null means zero; may be out
  float* out = nullptr;
  int64_t values = 0;
};

void publish(Stream& stream, const PublishArgs& args, const Signal& signal = {});
void collect(Stream& stream, const CollectArgs& args, const Expected& expected = {});

// Copies a step's inputs, integers in mapped memory, to the GPU's memory at the start of a graph:
// every layer reads them, and across the bus that would cost a microsecond each time.
void copy_inputs(Stream& stream, const int32_t* mapped, int32_t* out, int64_t count);

}  // namespace kt::cuda
