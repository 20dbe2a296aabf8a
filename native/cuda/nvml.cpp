// SPDX-License-Identifier: Apache-2.0
#include "nvml.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace kt::cuda {
namespace {

struct Memory {  // nvmlMemory_t
  unsigned long long total, free, used;
};

// The library, as far as there is one. It is no part of CUDA's packages, so it is not linked.
class Library {
 public:
  Library() {
#ifdef _WIN32
    handle_ = LoadLibraryExW(L"nvml.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
#else
    handle_ = dlopen("libnvidia-ml.so.1", RTLD_NOW);
#endif
    using Init = int();
    const auto init = find<Init>("nvmlInit_v2");
    is_open_ = init && init() == 0;
  }

  ~Library() {
    using Shutdown = int();
    if (const auto shutdown = find<Shutdown>("nvmlShutdown"); shutdown && is_open_) shutdown();
#ifdef _WIN32
    if (handle_) FreeLibrary(handle_);
#else
    if (handle_) dlclose(handle_);
#endif
  }

  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Calls a function; false if it fails or is not there.
  template <class... Args>
  bool call(const char* name, Args... args) const {
    using Function = int(Args...);
    const auto function = is_open_ ? find<Function>(name) : nullptr;
    return function && function(args...) == 0;
  }

 private:
  template <class Function>
  Function* find(const char* name) const {
    if (!handle_) return nullptr;
#ifdef _WIN32
    return reinterpret_cast<Function*>(GetProcAddress(handle_, name));
#else
    return reinterpret_cast<Function*>(dlsym(handle_, name));
#endif
  }

#ifdef _WIN32
  HMODULE handle_ = nullptr;
#else
  void* handle_ = nullptr;
#endif
  bool is_open_ = false;
};

// Opened when it is first needed, which takes some milliseconds, and kept.
const Library& library() {
  static const Library opened;
  return opened;
}

}  // namespace

std::string driver_release() {
  char release[96] = {};
  const unsigned size = sizeof(release);
  return library().call("nvmlSystemGetDriverVersion", &release[0], size) ? release : "";
}

std::optional<int64_t> free_memory(const std::string& pci_address) {
  void* card = nullptr;
  Memory memory{};
  if (!library().call("nvmlDeviceGetHandleByPciBusId_v2", pci_address.c_str(), &card) ||
      !library().call("nvmlDeviceGetMemoryInfo", card, &memory)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(memory.free);
}

}  // namespace kt::cuda
