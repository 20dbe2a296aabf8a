// SPDX-License-Identifier: Apache-2.0
#include "report.h"

namespace kt::emulated {

std::string describe(const Launch& launch) {
  return std::string("kernel ") + launch.name + " launched at " + launch.file + ":" +
         std::to_string(launch.line);
}

void begin_report(const Place& place) {
  reported = describe(*block.launch);
  report(", block ");
  report(block.index);
  report(", thread ");
  report(thread->index);
  if (place.line()) {
    report(", ");
    report(place);
  }
  report(": ");
}

void report(const char* words) { reported += words; }

void report(uint64_t number) { reported += std::to_string(number); }

void report(const dim3& index) {
  report("(");
  report(uint64_t{index.x});
  report(", ");
  report(uint64_t{index.y});
  report(", ");
  report(uint64_t{index.z});
  report(")");
}

void report(const Place& place) {
  report(place.file_name());
  report(":");
  report(uint64_t{place.line()});
}

}  // namespace kt::emulated
