// SPDX-License-Identifier: Apache-2.0
// Capture of streams into graphs, with forks and joins by events, and replay.
#include <algorithm>

#include "queue.h"

using namespace kt::emulated;

namespace {

void add_unique(std::vector<unsigned>& nodes, const std::vector<unsigned>& more) {
  for (const unsigned node : more)
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
}

// Whether all nodes stand before where the stream stands.
bool is_joined(const Capture& capture, const std::vector<unsigned>& at) {
  std::vector<bool> reached(capture.nodes.size());
  for (const unsigned node : at) reached[node] = true;
  for (std::size_t i = capture.nodes.size(); i-- > 0;) {
    if (!reached[i]) return false;
    for (const unsigned before : capture.nodes[i].after) reached[before] = true;
  }
  return true;
}

}  // namespace

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  KT_ENTER(cudaStreamWaitEvent);
  const std::shared_ptr<Capture> capture = event->capture.lock();
  if (capture) {
    if (stream->capture && stream->capture != capture)
      return refuse(cudaErrorStreamCaptureInvalidated, "an event of another capture");
    if (!stream->capture) {
      stream->capture = capture;
      stream->at.clear();
      capture->streams.push_back(stream);
    }
    add_unique(stream->at, event->at);
    return cudaSuccess;
  }
  if (stream->capture)
    return refuse(cudaErrorStreamCaptureUnsupported,
                  "a captured stream waits for an event from outside of the capture");
  if (!event->recorded) return cudaSuccess;
  return submit(stream,
                {"waits for an event", [] { return std::string(); },
                 [state = event->state, times = event->recorded] { return state->done >= times; }});
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  KT_ENTER(cudaStreamBeginCapture);
  if (stream->capture) return refuse(cudaErrorStreamCaptureUnmatched, "the stream is captured");
  stream->capture = std::make_shared<Capture>();
  stream->capture->streams = {stream};
  stream->capture->mode = mode;
  stream->at.clear();
  if (mode != cudaStreamCaptureModeRelaxed) ++captures;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  KT_ENTER(cudaStreamEndCapture);
  *graph = nullptr;
  const std::shared_ptr<Capture> capture = stream->capture;
  if (!capture || capture->streams.front() != stream)
    return refuse(cudaErrorStreamCaptureUnmatched, "no capture began on the stream");
  if (capture->mode != cudaStreamCaptureModeRelaxed) --captures;
  const bool joined = is_joined(*capture, stream->at);
  for (const cudaStream_t member : capture->streams) member->capture.reset();
  if (!joined)
    return refuse(cudaErrorStreamCaptureUnjoined,
                  "work of another stream is captured and never joined");
  *graph = new CUgraph_st{std::make_shared<const Nodes>(std::move(capture->nodes))};
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  KT_ENTER(cudaStreamIsCapturing);
  *status = stream->capture ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusNone;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  KT_ENTER(cudaGraphInstantiate);
  *exec = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  KT_ENTER(cudaGraphLaunch);
  if (stream->capture)
    return refuse(cudaErrorStreamCaptureUnsupported, "cudaGraphLaunch on a captured stream");
  return submit(stream, exec->nodes);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) {
  KT_ENTER(cudaGraphUpload);
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  KT_ENTER(cudaGraphDestroy);
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  KT_ENTER(cudaGraphExecDestroy);
  delete exec;
  return cudaSuccess;
}
