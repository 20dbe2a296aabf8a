// SPDX-License-Identifier: Apache-2.0
// Where files are mapped, for the handler of bus errors.
#pragma once

#include "kt/mapped.h"

namespace kt {

// Makes a range known, and puts the handler in front of the others if it is not there.
MappedRange* watch(const void* data, std::size_t size);

// Makes it unknown again: before its addresses can be used for anything else.
void unwatch(MappedRange* range) noexcept;

}  // namespace kt
