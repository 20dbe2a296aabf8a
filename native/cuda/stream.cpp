// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <utility>

#include "context.h"
#include "errors.h"

namespace kt::cuda {

Graph::Graph(Graph&& other) noexcept
    : exec_(std::exchange(other.exec_, nullptr)), stream_(other.stream_), device_(other.device_) {}

Graph::~Graph() {
  if (exec_) cudaGraphExecDestroy(exec_);
}

void Graph::replay() {
  const CurrentDevice current(device_);
  check(cudaGraphLaunch(exec_, stream_), "graph");
}

Stream::Stream(std::shared_ptr<Arena> arena)
    : scratch_(arena->allocate(kScratchBytes)), tickets_(arena->allocate(kTickets * sizeof(int))) {
  const CurrentDevice current(device());
  check(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device()),
        "device");
  check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "stream");
  reached_ = std::make_unique<Event>();
  check(cudaMemsetAsync(tickets(), 0, kTickets * sizeof(int), handle_), "tickets");
}

Stream::~Stream() {
  cudaStreamSynchronize(handle_);
  cudaStreamDestroy(handle_);
}

void Stream::begin_capture() {
  synchronize();
  check(cudaStreamBeginCapture(handle_, cudaStreamCaptureModeRelaxed), "capture");
  is_capturing_ = true;
}

Graph Stream::end_capture() {
  const CurrentDevice current(device());
  is_capturing_ = false;
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(handle_, &graph), "capture");
  cudaGraphExec_t exec = nullptr;
  const cudaError_t error = cudaGraphInstantiate(&exec, graph, 0);
  cudaGraphDestroy(graph);
  check(error, "graph");
  return Graph(exec, handle_, device());
}

void Stream::follow(Stream& other) {
  other.reached_->record(other.handle_);
  other.reached_->hold(handle_);
}

void Stream::synchronize() { check(cudaStreamSynchronize(handle_), "stream"); }

}  // namespace kt::cuda
