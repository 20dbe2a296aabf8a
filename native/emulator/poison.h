// SPDX-License-Identifier: Apache-2.0
// Memory that is no number until it is written: not as float32, float16 or bfloat16.
#pragma once

#include <cstddef>

namespace kt::emulated {

constexpr int kPoison = 0xFF;

// Aligned to 256 bytes, of which `bytes` is a multiple. Null if there is none. Of what is large,
// only what is touched costs anything. own_pages: nothing else is in its pages.
unsigned char* allocate_poisoned(std::size_t bytes, bool own_pages);
void free_poisoned(unsigned char* memory, std::size_t bytes, bool own_pages);

}  // namespace kt::emulated
