// SPDX-License-Identifier: Apache-2.0
// A barrier or a wait that does nothing, to see whether any test notices.
#pragma once

#include <source_location>
#include <string>

namespace kt::emulated {

struct SkippedLine {
  // What the variable KT_EMULATED_SKIP=FILE:LINE names, or none.
  static SkippedLine chosen();

  std::string file;   // the end of its path
  unsigned line = 0;  // none
};

// Of the launch that runs.
extern SkippedLine& skipped;

bool is_in_skipped_file(const std::source_location& place);

inline bool is_skipped(const std::source_location& place) {
  return place.line() == skipped.line && is_in_skipped_file(place);
}

}  // namespace kt::emulated
