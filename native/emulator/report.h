// SPDX-License-Identifier: Apache-2.0
// What is wrong with the launch that runs. It is put together piece by piece: a thread that fails
// is left where it stands, and whatever its stack owned then would never be freed.
#pragma once

#include <cstdint>
#include <string>

#include "block.h"

namespace kt::emulated {

std::string describe(const Launch& launch);

// Starts a report with where the running thread is: the launch, the block, itself, and the line.
void begin_report(const Place& place);

void report(const char* words);
void report(uint64_t number);
void report(const dim3& index);
void report(const Place& place);

// What has been reported of this launch.
inline std::string reported;

// Leaves the running thread for good, and with it the launch.
[[noreturn]] void end_launch();

// Ends the launch, and says why. For use in kernels only.
template <class... Words>
[[noreturn]] void fail(const Place& place, const Words&... words) {
  begin_report(place);
  (report(words), ...);
  end_launch();
}

}  // namespace kt::emulated
