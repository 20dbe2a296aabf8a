// SPDX-License-Identifier: Apache-2.0
// The facts of the emulated cards.
#include <cstdio>
#include <cstdlib>

#include "queue.h"

using namespace kt::emulated;

namespace {

constexpr int kMultiprocessors = 4;
thread_local int current = 0;

cudaError_t check_device(int device) {
  if (device >= 0 && device < device_count()) return cudaSuccess;
  return refuse(cudaErrorInvalidDevice, "there is no device " + std::to_string(device));
}

}  // namespace

int kt::emulated::current_device() { return current; }

int kt::emulated::device_count() {
  const char* count = std::getenv("KT_EMULATED_DEVICES");
  return count ? std::atoi(count) : 1;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  KT_ENTER(cudaGetDeviceCount);
  *count = device_count();
  return *count ? cudaSuccess : refuse(cudaErrorNoDevice, "there are no devices");
}

cudaError_t cudaSetDevice(int device) {
  KT_ENTER(cudaSetDevice);
  if (const cudaError_t error = check_device(device)) return error;
  current = device;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  KT_ENTER(cudaGetDevice);
  *device = current;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  KT_ENTER(cudaDeviceGetAttribute);
  if (const cudaError_t error = check_device(device)) return error;
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount: *value = kMultiprocessors; break;
    case cudaDevAttrComputeCapabilityMajor: *value = 8; break;
    case cudaDevAttrComputeCapabilityMinor: *value = 6; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = 99 << 10; break;
  }
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  KT_ENTER(cudaGetDeviceProperties);
  if (const cudaError_t error = check_device(device)) return error;
  *properties = {};
  std::snprintf(properties->name, sizeof(properties->name), "Emulated device");
  size_t free = 0;
  cudaMemGetInfo(&free, &properties->totalGlobalMem);
  properties->major = 8;
  properties->minor = 6;
  properties->multiProcessorCount = kMultiprocessors;
  return cudaSuccess;
}

// No address of a bus: what looks for the card elsewhere must not find another one.
cudaError_t cudaDeviceGetPCIBusId(char* address, int bytes, int device) {
  KT_ENTER(cudaDeviceGetPCIBusId);
  if (const cudaError_t error = check_device(device)) return error;
  std::snprintf(address, static_cast<size_t>(bytes), "emulated:%d", device);
  return cudaSuccess;
}
