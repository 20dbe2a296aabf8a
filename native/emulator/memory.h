// SPDX-License-Identifier: Apache-2.0
// What memory the emulated device can reach, with closed zones on both sides of each allocation.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace kt::emulated {

// Whether a kernel may touch the bytes: memory of the device, or pinned memory of the host.
bool is_allocated(const void* memory, std::size_t bytes);

// Whether the bytes are memory of the device.
bool is_device_memory(const void* memory, std::size_t bytes);

// What has been damaged beside an allocation, or nothing.
std::string damage();

// How long the device waits for a host before it takes it for dead.
std::chrono::milliseconds patience();

}  // namespace kt::emulated
