// SPDX-License-Identifier: Apache-2.0
// Moving bytes: between cards, and between a card and this computer.
#pragma once

#include <cstdint>

#include "stream.h"

namespace kt::cuda {

// Launches a copy; where both addresses lie, the driver finds out. The stream's caller keeps both
// until it has run, which for pinned memory may be long after the call.
void copy(Stream& stream, void* destination, const void* source, int64_t bytes);

// Copies after what was launched before, and waits for it. While the stream captures, this is not
// recorded but done at once: what graphs need to be there, such as constants, is written so.
void write(Stream& stream, void* destination, const void* source, int64_t bytes);

// Launches the writing of one value to every byte.
void fill(Stream& stream, void* destination, uint8_t value, int64_t bytes);

}  // namespace kt::cuda
