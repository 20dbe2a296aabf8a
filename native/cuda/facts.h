// SPDX-License-Identifier: Apache-2.0
// Which cards there are, and what keeps them from being used, in words. Sets up no context.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kt::cuda {

// A sentence that says what is wrong, and one that says what to do. Both empty if nothing is.
struct Problem {
  std::string text;
  std::string remedy;
};

struct DeviceFacts {
  int index = 0;
  std::string name;
  int major = 0, minor = 0;  // compute capability
  int64_t memory_bytes = 0;
  std::optional<int64_t> free_bytes;
  int multiprocessors = 0;
  std::string pci_address;
  Problem problem;  // why this card cannot be used
};

struct Facts {
  int runtime_version = 0;  // of CUDA, as this was built: 13000 is 13.0
  int driver_version = 0;   // of CUDA, as far as the driver supports it; 0 without a driver
  std::string driver;       // its release; empty if it is not known
  std::vector<DeviceFacts> devices;
  Problem problem;  // why there are no devices
};

// What this build has machine code for ("89-real"), and what it has as text that drivers compile
// ("120-virtual"), with spaces between.
std::string architectures();

// Never throws for what is missing or broken: that is what it describes.
Facts facts();

// What is wrong with a driver, and with a card: apart from asking, so that it can be tested.
Problem driver_problem(int driver_version, int runtime_version, const std::string& release);
Problem card_problem(int major, int minor, const std::string& architectures);

}  // namespace kt::cuda
