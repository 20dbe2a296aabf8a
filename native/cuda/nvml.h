// SPDX-License-Identifier: Apache-2.0
// What NVIDIA's management library, a part of every driver, knows without a context on a card.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace kt::cuda {

// "580.65.06" for instance; empty if the library does not say.
std::string driver_release();

// Free bytes of the card at a PCI address such as "0000:65:00.0".
std::optional<int64_t> free_memory(const std::string& pci_address);

}  // namespace kt::cuda
