// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include <cstdlib>
#include <sstream>

#include "context.h"
#include "errors.h"
#include "nvml.h"
#include "runtime.h"

#ifndef KT_CUDA_ARCHITECTURES
#define KT_CUDA_ARCHITECTURES "80-virtual"
#endif

namespace kt::cuda {
namespace {

constexpr int kLeastCapability = 80;  // bfloat16 on tensor cores, asynchronous copies
// The release that brought CUDA 13, which this is built with (see requirements.lock).
static_assert(CUDART_VERSION / 1000 == 13);
const char kUpdate[] = "Update the NVIDIA driver to release 580 or newer.";
const char kRestart[] = "Restart the computer; if that does not help, install the driver again.";

std::string version(int number) {
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

std::string capability(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

Problem count_problem(cudaError_t error) {
  if (error == cudaErrorNoDevice) {
    const bool hidden = std::getenv("CUDA_VISIBLE_DEVICES") != nullptr;
    return {"The NVIDIA driver finds no graphics card.",
            hidden ? "The variable CUDA_VISIBLE_DEVICES is set: it may hide the card."
                   : "Look whether `nvidia-smi` lists it."};
  }
  return {std::string("The NVIDIA driver does not answer: ") + cudaGetErrorString(error) + ".",
          kRestart};
}

DeviceFacts describe(int index) {
  DeviceFacts device;
  device.index = index;
  try {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, index), "describing a card");
    device.name = properties.name;
    device.major = properties.major;
    device.minor = properties.minor;
    device.memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
    device.multiprocessors = properties.multiProcessorCount;
    device.pci_address = pci_address(index);
    device.free_bytes = free_memory(device.pci_address);
    device.problem = card_problem(device.major, device.minor, architectures());
  } catch (const Error& error) {
    device.problem = {std::string("The card does not answer: ") + error.what() + ".", kRestart};
  }
  return device;
}

}  // namespace

std::string architectures() { return KT_CUDA_ARCHITECTURES; }

Problem driver_problem(int driver_version, int runtime_version, const std::string& release) {
  if (driver_version == 0) {
    return {"No NVIDIA driver is installed.",
            "Install the NVIDIA driver, release 580 or newer, if there is an NVIDIA card."};
  }
  // Any driver of the same major version runs what a newer minor one made.
  if (driver_version / 1000 >= runtime_version / 1000) return {};
  const std::string named = release.empty() ? "" : " " + release;
  return {"The NVIDIA driver" + named + " is too old: it supports CUDA " + version(driver_version) +
              ", and this build needs CUDA " + version(runtime_version / 1000 * 1000) + ".",
          kUpdate};
}

Problem card_problem(int major, int minor, const std::string& architectures) {
  const int card = 10 * major + minor;
  if (card < kLeastCapability) {
    return {"The card is too old: its compute capability is " + capability(major, minor) +
                ", and " + capability(kLeastCapability / 10, 0) + " is needed.",
            "Cards from the GeForce RTX 30 series on have it."};
  }
  std::istringstream list(architectures);
  for (std::string entry; list >> entry;) {
    const int made_for = std::atoi(entry.c_str());
    const bool is_text = entry.find("virtual") != std::string::npos;
    // Machine code runs on later cards of the same major version, text is compiled for any later.
    if (made_for <= card && (is_text || made_for / 10 == major)) return {};
  }
  return {"This build has no kernels for compute capability " + capability(major, minor) +
              ": it was made for " + architectures + ".",
          "Build them with `python3 make.py cuda " + std::to_string(card) + "`."};
}

Facts facts() {
  Facts found;
  found.runtime_version = CUDART_VERSION;
  static_cast<void>(cudaDriverGetVersion(&found.driver_version));
  found.driver = driver_release();
  found.problem = driver_problem(found.driver_version, found.runtime_version, found.driver);
  if (!found.problem.text.empty()) return found;
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error) {
    static_cast<void>(cudaGetLastError());  // or a launch would report it
    found.problem = count_problem(error);
    return found;
  }
  for (int index = 0; index < count; ++index) found.devices.push_back(describe(index));
  return found;
}

}  // namespace kt::cuda
