// SPDX-License-Identifier: Apache-2.0
// The ways in which a request reaches the CPU and its answer the GPU.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "exchange.h"
#include "handoff_jobs.h"

namespace kt::cuda {

// kHostNode: the driver runs the job on a thread of its own. Works everywhere.
// kFlagKernel: kernels store and await words in mapped memory.
// kMemOp: the stream itself stores and awaits these words, by operations of the driver.
enum class Backend { kHostNode, kFlagKernel, kMemOp };

// host_node, flag_kernel, mem_op. Raises std::invalid_argument for any other name.
Backend backend_named(const std::string& name);
const char* name_of(Backend backend);

class HandoffBackend {
 public:
  virtual ~HandoffBackend() = default;
  HandoffBackend() = default;
  HandoffBackend(const HandoffBackend&) = delete;
  HandoffBackend& operator=(const HandoffBackend&) = delete;

  // Hands out the data, and says that the jobs `first` to `last` may begin, one after another.
  virtual void request(Stream& stream, uint32_t first, uint32_t last, const PublishArgs& data) = 0;

  // Waits for the job's end, and takes the result.
  virtual void wait(Stream& stream, uint32_t number, const CollectArgs& data) = 0;

  // Whether a thread of ours must look for requests.
  virtual bool needs_worker() const = 0;
};

// patience: how long a waiting kernel waits. Raises Error if the driver lacks what is needed.
std::unique_ptr<HandoffBackend> make_backend(Backend backend, JobList& jobs,
                                             std::chrono::nanoseconds patience);

}  // namespace kt::cuda
