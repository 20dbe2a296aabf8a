// SPDX-License-Identifier: Apache-2.0
#include "kt/memory.h"

namespace kt {

bool grants_huge_pages() noexcept try {
  const Memory memory(kHugePage);
  *static_cast<volatile uint8_t*>(memory.data()) = 1;
  return memory.has_huge_pages();
} catch (...) {
  return false;
}

}  // namespace kt
