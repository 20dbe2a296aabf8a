// SPDX-License-Identifier: Apache-2.0
// What has been launched and not yet done. One thread of the process does it all, an operation at a
// time, each when those before it on its stream or in its graph are done and what it waits for has
// come. So a wait holds up nothing but what stands behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime.h"

namespace kt::emulated {

struct Operation {
  std::string name;
  std::function<std::string()> run;  // returns what went wrong, or nothing
  std::function<bool()> is_ready;    // none: at once
  const uint32_t* value = nullptr;   // that it waits for, to tell what it is
};

// An operation of a graph, and the nodes that must be done before it, which all stand before it.
struct Node {
  Operation operation;
  std::vector<unsigned> after;
};
using Nodes = std::vector<Node>;

// One replay of a graph, or a single operation.
struct Work {
  std::shared_ptr<const Nodes> nodes;
  std::vector<unsigned> order;  // of nodes not done
  std::vector<bool> done;
  uint64_t sequence;  // by which work is older
};

struct EventState {
  std::atomic<uint64_t> done{0};
  std::chrono::steady_clock::time_point time;
};

// A capture under way: its streams add nodes behind those that they stand at.
struct Capture {
  Nodes nodes;
  std::vector<cudaStream_t> streams;  // the first began it
  cudaStreamCaptureMode mode;
};

// Adds an operation to the stream: to the queue, or to the graph that the stream captures.
cudaError_t submit(cudaStream_t stream, Operation operation);
cudaError_t submit(cudaStream_t stream, std::shared_ptr<const Nodes> nodes);

// Waits until the stream (null: every stream) has nothing left to do.
void drain(cudaStream_t stream);

// Waits until the event has been reached as often, or everything has stopped.
void await(const EventState& event, uint64_t times);

bool is_idle(cudaStream_t stream);

// The failure that no call has returned yet, if any, as the return value of a call.
cudaError_t take_failure();

// Makes an error what the calling thread's calls tell about.
cudaError_t refuse(cudaError_t error, const std::string& what);

// Refuses calls that must not be made: by host functions, or while the thread captures.
cudaError_t refusal_in_host_function(const char* call);
cudaError_t refusal_while_capturing(const char* call);

// Runs a host function, during which its thread must make no calls.
void run_host_function(cudaHostFn_t function, void* argument);

// The device that the calling thread's calls are about.
int current_device();
int device_count();

// How many captures that forbid unsafe calls the thread has begun.
inline thread_local int captures = 0;

}  // namespace kt::emulated

struct CUstream_st {
  int device = 0;
  std::deque<kt::emulated::Work> work;
  std::shared_ptr<kt::emulated::Capture> capture;
  std::vector<unsigned> at;  // nodes of the capture behind which the next one comes
};

struct CUevent_st {
  int device = 0;
  std::shared_ptr<kt::emulated::EventState> state = std::make_shared<kt::emulated::EventState>();
  uint64_t recorded = 0;
  std::weak_ptr<kt::emulated::Capture> capture;  // if recorded during one
  std::vector<unsigned> at;
};

struct CUgraph_st {
  std::shared_ptr<const kt::emulated::Nodes> nodes;
};

struct CUgraphExec_st {
  std::shared_ptr<const kt::emulated::Nodes> nodes;
};

#define KT_ENTER(call) \
  if (const cudaError_t refused = kt::emulated::refusal_in_host_function(#call)) return refused
#define KT_ENTER_UNCAPTURED(call) \
  KT_ENTER(call);                 \
  if (const cudaError_t refused = kt::emulated::refusal_while_capturing(#call)) return refused
