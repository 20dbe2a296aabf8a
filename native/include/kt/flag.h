// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace kt {

// Set from any thread to ask whoever looks at it to stop. It is never taken back.
class Flag {
 public:
  void set() noexcept { is_set_.store(true, std::memory_order_release); }
  bool is_set() const noexcept { return is_set_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> is_set_{false};
};

}  // namespace kt
