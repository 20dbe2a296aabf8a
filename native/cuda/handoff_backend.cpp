// SPDX-License-Identifier: Apache-2.0
#include "handoff_backend.h"

#include <stdexcept>
#include <vector>

#include "errors.h"
#include "event.h"
#include "memory_operations.h"
#include "runtime.h"

namespace kt::cuda {
namespace {

constexpr const char* kNames[] = {"host_node", "flag_kernel", "mem_op"};  // as in Backend

// Host functions run on a stream of their own, so that the requesting one can go on meanwhile.
class HostNode final : public HandoffBackend {
 public:
  explicit HostNode(JobList& jobs) : jobs_(jobs) {
    check(cudaStreamCreateWithFlags(&cpu_, cudaStreamNonBlocking), "creating the CPU's stream");
  }
  ~HostNode() override { cudaStreamDestroy(cpu_); }

  void request(Stream& stream, uint32_t first, uint32_t last, const PublishArgs& data) override {
    publish(stream, data);
    published_.record(stream.handle());
    published_.hold(cpu_);
    while (answered_.size() < last) answered_.push_back(std::make_unique<Event>());
    for (uint32_t number = first; number <= last; ++number) {
      check(cudaLaunchHostFunc(cpu_, &JobList::run_entry, jobs_.entry(number)),
            "launching a host function");
      answered_[number - 1]->record(cpu_);
    }
  }

  void wait(Stream& stream, uint32_t number, const CollectArgs& data) override {
    answered_[number - 1]->hold(stream.handle());
    collect(stream, data);
  }

  bool needs_worker() const override { return false; }

 private:
  JobList& jobs_;
  cudaStream_t cpu_ = nullptr;
  Event published_;
  std::vector<std::unique_ptr<Event>> answered_;
};

class FlagKernel final : public HandoffBackend {
 public:
  FlagKernel(JobList& jobs, std::chrono::nanoseconds patience) : jobs_(jobs), patience_(patience) {}

  void request(Stream& stream, uint32_t, uint32_t last, const PublishArgs& data) override {
    publish(stream, data, {jobs_.requested_word(), last});
  }

  void wait(Stream& stream, uint32_t number, const CollectArgs& data) override {
    collect(stream, data,
            {jobs_.answered_word(), number, static_cast<uint64_t>(patience_.count())});
  }

  bool needs_worker() const override { return true; }

 private:
  JobList& jobs_;
  std::chrono::nanoseconds patience_;
};

class MemOp final : public HandoffBackend {
 public:
  explicit MemOp(JobList& jobs) : jobs_(jobs) {}

  void request(Stream& stream, uint32_t, uint32_t last, const PublishArgs& data) override {
    publish(stream, data);
    operations_.store(stream, jobs_.requested_word(), last);
  }

  void wait(Stream& stream, uint32_t number, const CollectArgs& data) override {
    operations_.await(stream, jobs_.answered_word(), number);
    collect(stream, data);
  }

  bool needs_worker() const override { return true; }

 private:
  JobList& jobs_;
  MemoryOperations operations_;
};

}  // namespace

const char* name_of(Backend backend) { return kNames[static_cast<int>(backend)]; }

Backend backend_named(const std::string& name) {
  for (const Backend backend : {Backend::kHostNode, Backend::kFlagKernel, Backend::kMemOp}) {
    if (name == name_of(backend)) return backend;
  }
  throw std::invalid_argument("no back end for hand-offs is called " + name);
}

std::unique_ptr<HandoffBackend> make_backend(Backend backend, JobList& jobs,
                                             std::chrono::nanoseconds patience) {
  switch (backend) {
    case Backend::kFlagKernel: return std::make_unique<FlagKernel>(jobs, patience);
    case Backend::kMemOp: return std::make_unique<MemOp>(jobs);
    case Backend::kHostNode: break;
  }
  return std::make_unique<HostNode>(jobs);
}

}  // namespace kt::cuda
