// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <utility>

#include "errors.h"

namespace kt::cuda {

Graph::Graph(Graph&& other) noexcept
    : exec_(std::exchange(other.exec_, nullptr)), stream_(other.stream_) {}

Graph::~Graph() {
  if (exec_) cudaGraphExecDestroy(exec_);
}

void Graph::replay() { check(cudaGraphLaunch(exec_, stream_), "graph"); }

Stream::Stream() {
  int device = 0;
  check(cudaGetDevice(&device), "device");
  check(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device),
        "device");
  check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "stream");
  check(cudaMalloc(&scratch_, kScratchBytes), "scratch");
  check(cudaMalloc(reinterpret_cast<void**>(&tickets_), kTickets * sizeof(int)), "tickets");
  check(cudaMemsetAsync(tickets_, 0, kTickets * sizeof(int), handle_), "tickets");
}

Stream::~Stream() {
  cudaStreamSynchronize(handle_);
  cudaFree(tickets_);
  cudaFree(scratch_);
  cudaStreamDestroy(handle_);
}

void Stream::begin_capture() {
  synchronize();
  check(cudaStreamBeginCapture(handle_, cudaStreamCaptureModeRelaxed), "capture");
}

Graph Stream::end_capture() {
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(handle_, &graph), "capture");
  cudaGraphExec_t exec = nullptr;
  const cudaError_t error = cudaGraphInstantiate(&exec, graph, 0);
  cudaGraphDestroy(graph);
  check(error, "graph");
  return Graph(exec, handle_);
}

void Stream::synchronize() { check(cudaStreamSynchronize(handle_), "stream"); }

}  // namespace kt::cuda
