// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace kt::emulated {

// While it lives, what the processor refuses to a kernel (memory that is not there, a vector at an
// odd address, division by zero) ends the launch with a report instead of the process. Under
// sanitizers it does nothing: they say more.
class Faults {
 public:
  Faults();
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

 private:
  static constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE};
  struct sigaction before_[3];
};

}  // namespace kt::emulated
