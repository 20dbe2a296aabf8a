// SPDX-License-Identifier: Apache-2.0
#include "queue.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "memory.h"
#include "order.h"

namespace kt::emulated {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kLook{20};  // between looks at what others write

struct Device {
  std::mutex mutex;
  std::condition_variable more, less;
  std::vector<cudaStream_t> busy;  // streams with work
  cudaStream_t running = nullptr;
  uint64_t submitted = 0;
  std::string failure;
  bool is_started = false;
};

// Never destroyed: its thread may outlive static objects.
Device& device() {
  static Device& made = *new Device;
  return made;
}

struct LastError {
  cudaError_t code = cudaSuccess;
  cudaError_t told = cudaSuccess;
  std::string text;
};
thread_local LastError last_error;
thread_local bool in_host_function = false;

bool is_runnable(const Work& work, unsigned node) {
  const Node& it = (*work.nodes)[node];
  for (const unsigned before : it.after)
    if (!work.done[before]) return false;
  return !it.operation.is_ready || it.operation.is_ready();
}

// The place in work.order of a node that can run now, or its size.
std::size_t find_runnable(const Work& work) {
  std::size_t i = 0;
  while (i < work.order.size() && !is_runnable(work, work.order[i])) ++i;
  return i;
}

struct Choice {
  cudaStream_t stream;
  std::size_t place;
};

Choice choose(Device& d) {
  std::sort(d.busy.begin(), d.busy.end(), [](cudaStream_t a, cudaStream_t b) {
    return a->work.front().sequence < b->work.front().sequence;
  });
  std::vector<unsigned> turns;
  Order::chosen().fill(turns, static_cast<unsigned>(d.busy.size()));
  for (const unsigned turn : turns) {
    const cudaStream_t stream = d.busy[turn];
    const Work& work = stream->work.front();
    const std::size_t place = find_runnable(work);
    if (place < work.order.size()) return {stream, place};
  }
  return {nullptr, 0};
}

void drop_all(Device& d, const std::string& failure) {
  if (d.failure.empty()) d.failure = failure;
  for (const cudaStream_t stream : d.busy) stream->work.clear();
  d.busy.clear();
}

void finish(Device& d, cudaStream_t stream, unsigned node) {
  if (stream->work.empty()) return;
  Work& work = stream->work.front();
  work.done[node] = true;
  if (!work.order.empty()) return;
  stream->work.pop_front();
  if (stream->work.empty()) d.busy.erase(std::find(d.busy.begin(), d.busy.end(), stream));
}

// What the oldest work of each stream waits for.
std::string describe_waits(const Device& d) {
  std::string text = "the emulated device has waited too long:";
  for (const cudaStream_t stream : d.busy) {
    const Work& work = stream->work.front();
    for (const unsigned node : work.order) {
      const Operation& operation = (*work.nodes)[node].operation;
      if (operation.is_ready && !operation.is_ready()) {
        text += "\n  node " + std::to_string(node) + " of " + std::to_string(work.nodes->size()) +
                ": " + operation.name;
        if (operation.value)
          text +=
              ", which is " + std::to_string(__atomic_load_n(operation.value, __ATOMIC_RELAXED));
      }
    }
  }
  return text;
}

void run_chosen(Device& d, std::unique_lock<std::mutex>& lock, Choice choice) {
  Work& work = choice.stream->work.front();
  const unsigned node = work.order[choice.place];
  work.order.erase(work.order.begin() + static_cast<std::ptrdiff_t>(choice.place));
  const std::shared_ptr<const Nodes> nodes = work.nodes;
  d.running = choice.stream;
  lock.unlock();
  const std::string report = (*nodes)[node].operation.run();
  lock.lock();
  d.running = nullptr;
  if (report.empty()) {
    finish(d, choice.stream, node);
  } else {
    drop_all(d, report);
  }
  d.less.notify_all();
}

[[noreturn]] void serve(Device& d) {
  std::unique_lock lock(d.mutex);
  Clock::time_point progress = Clock::now();
  for (;;) {
    if (d.busy.empty()) {
      d.more.wait(lock);
      progress = Clock::now();
    } else if (const Choice choice = choose(d); choice.stream) {
      run_chosen(d, lock, choice);
      progress = Clock::now();
    } else if (Clock::now() - progress > patience()) {
      drop_all(d, describe_waits(d));
      d.less.notify_all();
    } else {
      d.more.wait_for(lock, kLook);
    }
  }
}

void record(CUstream_st& stream, Operation operation) {
  Nodes& nodes = stream.capture->nodes;
  nodes.push_back({std::move(operation), stream.at});
  stream.at = {static_cast<unsigned>(nodes.size() - 1)};
}

bool is_busy(const Device& d, cudaStream_t stream) {
  if (!stream) return !d.busy.empty() || d.running;
  return !stream->work.empty() || d.running == stream;
}

}  // namespace

cudaError_t submit(cudaStream_t stream, Operation operation) {
  if (stream->capture) {
    record(*stream, std::move(operation));
    return cudaSuccess;
  }
  auto nodes = std::make_shared<Nodes>();
  nodes->push_back({std::move(operation), {}});
  return submit(stream, std::shared_ptr<const Nodes>(std::move(nodes)));
}

cudaError_t submit(cudaStream_t stream, std::shared_ptr<const Nodes> nodes) {
  if (nodes->empty()) return cudaSuccess;
  Work work{std::move(nodes), {}, {}, 0};
  const auto count = static_cast<unsigned>(work.nodes->size());
  Order::chosen().fill(work.order, count);
  work.done.resize(count);
  Device& d = device();
  const std::lock_guard lock(d.mutex);
  if (!d.is_started) {
    d.is_started = true;
    std::thread([&d] { serve(d); }).detach();
  }
  work.sequence = d.submitted++;
  if (stream->work.empty()) d.busy.push_back(stream);
  stream->work.push_back(std::move(work));
  d.more.notify_all();
  return cudaSuccess;
}

void drain(cudaStream_t stream) {
  Device& d = device();
  std::unique_lock lock(d.mutex);
  d.less.wait(lock, [&] { return !is_busy(d, stream); });
}

void await(const EventState& event, uint64_t times) {
  Device& d = device();
  std::unique_lock lock(d.mutex);
  d.less.wait(lock, [&] { return event.done >= times || !is_busy(d, nullptr); });
}

bool is_idle(cudaStream_t stream) {
  Device& d = device();
  const std::lock_guard lock(d.mutex);
  return !is_busy(d, stream);
}

cudaError_t take_failure() {
  Device& d = device();
  std::string failure;
  {
    const std::lock_guard lock(d.mutex);
    failure.swap(d.failure);
  }
  return failure.empty() ? cudaSuccess : refuse(cudaErrorLaunchFailure, failure);
}

cudaError_t refuse(cudaError_t error, const std::string& what) {
  last_error = {error, error, what};
  return error;
}

cudaError_t refusal_in_host_function(const char* call) {
  if (!in_host_function) return cudaSuccess;
  const std::string what = std::string(call) + " inside of a host function";
  Device& d = device();
  const std::lock_guard lock(d.mutex);
  if (d.failure.empty()) d.failure = what;
  return refuse(cudaErrorNotPermitted, what);
}

cudaError_t refusal_while_capturing(const char* call) {
  if (!captures) return cudaSuccess;
  return refuse(cudaErrorStreamCaptureUnsupported,
                std::string(call) + " while the thread captures a stream");
}

void run_host_function(cudaHostFn_t function, void* argument) {
  in_host_function = true;
  function(argument);
  in_host_function = false;
}

}  // namespace kt::emulated

using namespace kt::emulated;

const char* cudaGetErrorString(cudaError_t error) {
  if (error == cudaSuccess) return "no error";
  return last_error.told == error ? last_error.text.c_str() : "an error of the emulated device";
}

cudaError_t cudaGetLastError() {
  const cudaError_t code = last_error.code ? last_error.code : take_failure();
  last_error.code = cudaSuccess;
  return code;
}

cudaError_t cudaPeekAtLastError() { return last_error.code; }

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    default: return "cudaError";
  }
}
