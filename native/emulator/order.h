// SPDX-License-Identifier: Apache-2.0
// In which order streams, blocks, warps and lanes take turns: forwards, that is the oldest work
// first, backwards, or shuffled by a seed.
#pragma once

#include <cstdint>
#include <vector>

namespace kt::emulated {

class Order {
 public:
  // 0: forwards, 1: backwards, else shuffled.
  explicit Order(uint64_t seed) : seed_(seed), state_(seed * 0x9E3779B97F4A7C15u + 1) {}

  // The seed that the variable KT_EMULATED_ORDER holds, or 0.
  static Order chosen();

  // The numbers from 0 to count - 1 in this order.
  void fill(std::vector<unsigned>& numbers, unsigned count);

  // One of the bits that are set in `ready`, which is not 0.
  unsigned pick(uint32_t ready) {
    if (seed_ == 0) return static_cast<unsigned>(__builtin_ctz(ready));
    if (seed_ == 1) return 31u - static_cast<unsigned>(__builtin_clz(ready));
    const unsigned turn = static_cast<unsigned>(random() >> 59);
    const uint32_t turned = turn ? (ready >> turn) | (ready << (32 - turn)) : ready;
    return (static_cast<unsigned>(__builtin_ctz(turned)) + turn) & 31u;
  }

 private:
  uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

  uint64_t seed_;
  uint64_t state_;
};

}  // namespace kt::emulated
