// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace kt::emulated {

Order Order::chosen() {
  const char* seed = std::getenv("KT_EMULATED_ORDER");
  return Order(seed ? std::strtoull(seed, nullptr, 10) : 0);
}

void Order::fill(std::vector<unsigned>& numbers, unsigned count) {
  numbers.resize(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  if (seed_ == 0) return;
  if (seed_ == 1) return std::reverse(numbers.begin(), numbers.end());
  for (unsigned i = count; i > 1; --i) std::swap(numbers[i - 1], numbers[random() % i]);
}

}  // namespace kt::emulated
