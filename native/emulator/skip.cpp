// SPDX-License-Identifier: Apache-2.0
#include "skip.h"

#include <cstdlib>
#include <string_view>

namespace kt::emulated {

// Never destroyed: the thread that runs kernels may outlive static objects.
SkippedLine& skipped = *new SkippedLine;

SkippedLine SkippedLine::chosen() {
  const char* name = std::getenv("KT_EMULATED_SKIP");
  const std::string_view place = name ? name : "";
  const std::size_t colon = place.rfind(':');
  if (colon == std::string_view::npos) return {};
  return {std::string(place.substr(0, colon)),
          static_cast<unsigned>(std::strtoul(name + colon + 1, nullptr, 10))};
}

bool is_in_skipped_file(const std::source_location& place) {
  return std::string_view(place.file_name()).ends_with(skipped.file);
}

}  // namespace kt::emulated
