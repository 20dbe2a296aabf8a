// SPDX-License-Identifier: Apache-2.0
// Which back end is the fastest on a machine depends on card, driver and processor: it is measured.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "handoff_backend.h"
#include "stream.h"

namespace kt::cuda {

struct BackendTime {
  Backend backend;
  double microseconds;  // per hand-off, with its two kernels and without its job
  std::string problem;  // empty if every result was right
};

// Tries each back end that this system allows, within a second if all do well, on a graph with
// hand-offs whose contents are checked. Uses the stream's scratch memory. patience: with one that
// hangs.
std::vector<BackendTime> calibrate_handoff(
    Stream& stream, std::chrono::nanoseconds patience = std::chrono::milliseconds(500));

}  // namespace kt::cuda
