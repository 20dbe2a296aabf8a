// SPDX-License-Identifier: Apache-2.0
// Streams, events, copies, host functions and memory operations.
#include <cstring>

#include "memory.h"
#include "queue.h"

using namespace kt::emulated;

namespace {

std::string at(const void* memory) {
  char text[24];
  std::snprintf(text, sizeof(text), "%p", memory);
  return text;
}

// What is wrong with a copy in this direction, or nothing.
std::string check_copy(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  const std::string size = std::to_string(bytes) + " bytes ";
  if (to_device && !is_device_memory(to, bytes))
    return "a copy of " + size + "to " + at(to) + ", which is not memory of the device";
  if (from_device && !is_device_memory(from, bytes))
    return "a copy of " + size + "from " + at(from) + ", which is not memory of the device";
  return {};
}

bool is_reached(const CUevent_st& event) { return event.state->done >= event.recorded; }

cudaError_t write_value(CUstream stream, CUdeviceptr address, cuuint32_t value, unsigned) {
  auto* to = reinterpret_cast<uint32_t*>(address);
  if (!is_allocated(to, sizeof(value)))
    return refuse(cudaErrorInvalidValue, "cuStreamWriteValue32 to memory that is not the device's");
  return submit(stream, {"write of " + std::to_string(value) + " to " + at(to),
                         [=]() -> std::string {
                           __atomic_store_n(to, value, __ATOMIC_RELEASE);
                           return {};
                         },
                         nullptr});
}

cudaError_t wait_value(CUstream stream, CUdeviceptr address, cuuint32_t value, unsigned flags) {
  const auto* from = reinterpret_cast<const uint32_t*>(address);
  if (flags > CU_STREAM_WAIT_VALUE_EQ || !is_allocated(from, sizeof(value)))
    return refuse(cudaErrorInvalidValue, "cuStreamWaitValue32 on memory that is not the device's");
  const bool equal = flags == CU_STREAM_WAIT_VALUE_EQ;
  const auto is_there = [=] {
    const uint32_t now = __atomic_load_n(from, __ATOMIC_ACQUIRE);
    return equal ? now == value : static_cast<int32_t>(now - value) >= 0;
  };
  return submit(stream, {std::string("waits until the value at ") + at(from) +
                             (equal ? " is " : " is at least ") + std::to_string(value),
                         [] { return std::string(); }, is_there, from});
}

CUresult write_value_entry(CUstream stream, CUdeviceptr address, cuuint32_t value, unsigned flags) {
  return write_value(stream, address, value, flags) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

CUresult wait_value_entry(CUstream stream, CUdeviceptr address, cuuint32_t value, unsigned flags) {
  return wait_value(stream, address, value, flags) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

}  // namespace

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  KT_ENTER(cudaStreamCreateWithFlags);
  *stream = new CUstream_st;
  (*stream)->device = current_device();
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  KT_ENTER(cudaStreamDestroy);
  drain(stream);
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  KT_ENTER(cudaStreamSynchronize);
  if (stream && stream->capture)
    return refuse(cudaErrorStreamCaptureUnsupported,
                  "cudaStreamSynchronize of a stream that is captured");
  drain(stream);
  return take_failure();
}

cudaError_t cudaDeviceSynchronize() {
  KT_ENTER_UNCAPTURED(cudaDeviceSynchronize);
  drain(nullptr);
  return take_failure();
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  KT_ENTER(cudaStreamQuery);
  if (!is_idle(stream)) return cudaErrorNotReady;
  return take_failure();
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  KT_ENTER(cudaMemcpyAsync);
  if (!bytes) return cudaSuccess;
  const cudaError_t error = submit(stream, {"copy of " + std::to_string(bytes) + " bytes",
                                            [=] {
                                              std::string wrong = check_copy(to, from, bytes, kind);
                                              open_memory(to), open_memory(from);
                                              if (wrong.empty()) std::memcpy(to, from, bytes);
                                              return wrong;
                                            },
                                            nullptr});
  // Memory that is not pinned is the caller's again when the call returns.
  if (!stream->capture && !(is_allocated(to, bytes) && is_allocated(from, bytes))) drain(stream);
  return error;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  KT_ENTER(cudaMemsetAsync);
  if (!bytes) return cudaSuccess;
  return submit(stream, {"fill of " + std::to_string(bytes) + " bytes",
                         [=] {
                           std::string wrong = check_copy(to, to, bytes, cudaMemcpyDeviceToDevice);
                           open_memory(to);
                           if (wrong.empty()) std::memset(to, value, bytes);
                           return wrong;
                         },
                         nullptr});
}

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  KT_ENTER_UNCAPTURED(cudaMemcpy);
  CUstream_st stream;
  cudaMemcpyAsync(to, from, bytes, kind, &stream);
  drain(&stream);
  return take_failure();
}

cudaError_t cudaMemset(void* to, int value, size_t bytes) {
  KT_ENTER_UNCAPTURED(cudaMemset);
  CUstream_st stream;
  cudaMemsetAsync(to, value, bytes, &stream);
  drain(&stream);
  return take_failure();
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* argument) {
  KT_ENTER(cudaLaunchHostFunc);
  return submit(stream, {"host function",
                         [=]() -> std::string {
                           run_host_function(function, argument);
                           return {};
                         },
                         nullptr});
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  KT_ENTER(cudaEventCreateWithFlags);
  *event = new CUevent_st;
  (*event)->device = current_device();
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, 0); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  KT_ENTER(cudaEventDestroy);
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  KT_ENTER(cudaEventRecord);
  if (event->device != stream->device)
    return refuse(cudaErrorInvalidResourceHandle, "an event of another device than the stream's");
  event->capture = stream->capture;
  if (stream->capture) {
    event->at = stream->at;
    return cudaSuccess;
  }
  const uint64_t times = ++event->recorded;
  return submit(stream, {"event",
                         [state = event->state, times]() -> std::string {
                           state->time = std::chrono::steady_clock::now();
                           state->done = times;
                           return {};
                         },
                         nullptr});
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  KT_ENTER(cudaEventSynchronize);
  await(*event->state, event->recorded);
  return is_reached(*event) ? cudaSuccess : take_failure();
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  KT_ENTER(cudaEventQuery);
  return is_reached(*event) ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t begin, cudaEvent_t end) {
  KT_ENTER(cudaEventElapsedTime);
  if (!begin->recorded || !end->recorded)
    return refuse(cudaErrorInvalidResourceHandle, "cudaEventElapsedTime of events never recorded");
  if (!is_reached(*begin) || !is_reached(*end)) return cudaErrorNotReady;
  *milliseconds =
      std::chrono::duration<float, std::milli>(end->state->time - begin->state->time).count();
  return cudaSuccess;
}

cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned,
                                             unsigned long long,
                                             cudaDriverEntryPointQueryResult* result) {
  KT_ENTER(cudaGetDriverEntryPointByVersion);
  *function = nullptr;
  if (!std::strcmp(symbol, "cuStreamWriteValue32"))
    *function = reinterpret_cast<void*>(&write_value_entry);
  if (!std::strcmp(symbol, "cuStreamWaitValue32"))
    *function = reinterpret_cast<void*>(&wait_value_entry);
  if (result)
    *result = *function ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
  return cudaSuccess;
}
