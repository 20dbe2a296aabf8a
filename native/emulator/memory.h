// SPDX-License-Identifier: Apache-2.0
// What memory the emulated device can reach, with closed zones on both sides of each allocation.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace kt::emulated {

// Whether the bytes are memory of a device, or pinned memory of the host.
bool is_allocated(const void* memory, std::size_t bytes);

// Lets kernels of one device run: what they touch of the others' memory is a fault from now on.
void close_other_devices(int device);

// Ends that for the memory that begins at an address or has it inside, if it is a device's.
void open_memory(const void* memory);

// Whether the memory there is closed.
bool is_of_other_device(const void* memory);

// Whether the bytes are memory of a device.
bool is_device_memory(const void* memory, std::size_t bytes);

// What has been damaged beside an allocation, or nothing.
std::string damage();

// How long the device waits for a host before it takes it for dead.
std::chrono::milliseconds patience();

}  // namespace kt::emulated
