// SPDX-License-Identifier: Apache-2.0
// Hand-offs whose CPU side fails: an error that names the job, and a GPU that waits no longer.
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "handoff.h"
#include "handoff_steps.h"
#include "runtime.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

using namespace kt::test;

// These tests do wait for it; jobs that are right must end within it, however busy the machine is,
// and under the sanitizer of threads everything is slow.
#ifdef __SANITIZE_THREAD__
constexpr std::chrono::seconds kPatience{5};
#else
constexpr std::chrono::seconds kPatience{1};
#endif
constexpr int kFailing = 1;  // the layer whose job does not end

struct Streams {
  gpu::Stream main, branch;
};

// A job that ends only when it is told to.
std::atomic<bool> is_released{false};
void hang(int layer) {
  while (layer == kFailing && !is_released) std::this_thread::yield();
}

// The message of the HandoffError that a call raises; nothing if it raises none.
template <class Body>
std::string failure(const Body& body) {
  try {
    body();
  } catch (const gpu::HandoffError& error) {
    return error.what();
  }
  return "";
}

void check_says(const std::string& message, const std::string& part, gpu::Backend backend) {
  check(message.find(part) != std::string::npos,
        std::string(gpu::name_of(backend)) + ": '" + message + "' says '" + part + "'");
}

// What a step's failure must leave: no more steps here, and a stream that serves others.
void check_aftermath(Streams& streams, gpu::Handoff& failed, gpu::Backend backend) {
  check_says(failure([&] { failed.begin_step(); }), "an earlier step failed", backend);
  streams.main.synchronize();
  const Steps steps({}, streams.main, streams.branch);
  gpu::Handoff handoff(streams.main, backend, std::chrono::seconds(60));
  gpu::Graph graph = steps.capture(handoff, Course::kPlain);
  steps.load(3);
  handoff.begin_step();
  graph.replay();
  handoff.finish_step();
  check(steps.is_right(Course::kPlain), "after a failure the stream is as good as new");
}

void test_job_that_hangs(Streams& streams, gpu::Backend backend) {
  is_released = false;
  const Steps steps({}, streams.main, streams.branch);
  auto handoff = std::make_unique<gpu::Handoff>(streams.main, backend, kPatience);
  gpu::Graph graph = steps.capture(*handoff, Course::kPlain);
  steps.load(0);
  steps.disturb(hang);
  handoff->begin_step();
  graph.replay();
  const std::string message = failure([&] { handoff->finish_step(); });
  const std::string seconds = std::to_string(kPatience.count());
  check_says(message, "job 2 (experts of layer 1) did not end within " + seconds + " s", backend);
  // A host function cannot be left alone; else the GPU's work has ended by now.
  const bool has_ended = cudaStreamQuery(streams.main.handle()) == cudaSuccess;
  check(has_ended == (backend != gpu::Backend::kHostNode), "the GPU waits no longer");
  is_released = true;
  check_aftermath(streams, *handoff, backend);
  handoff.reset();
  check(std::isnan(steps.layer(2).result[0]), "no job runs after one that hung");
}

// Nobody watches: the kernel ends its wait itself, and it is an error all the same, also if the job
// has ended when somebody looks.
void test_kernel_loses_patience(Streams& streams, bool is_late) {
  is_released = false;
  const Steps steps({.layers = 5}, streams.main, streams.branch);
  steps.disturb(hang);
  gpu::Handoff handoff(streams.main, gpu::Backend::kFlagKernel, kPatience);
  gpu::Graph graph = steps.capture(handoff, Course::kPlain);
  steps.load(0);
  handoff.begin_step();
  graph.replay();
  streams.main.synchronize();
  is_released = is_late;
  if (is_late) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  check_says(failure([&] { handoff.finish_step(); }), "job 2 (experts of layer 1) did not end",
             gpu::Backend::kFlagKernel);
  is_released = true;
  check_aftermath(streams, handoff, gpu::Backend::kFlagKernel);
}

void test_step_that_is_not_launched(Streams& streams, gpu::Backend backend) {
  const Steps steps({}, streams.main, streams.branch);
  gpu::Handoff handoff(streams.main, backend, std::chrono::seconds(60));
  gpu::Graph graph = steps.capture(handoff, Course::kPlain);
  steps.load(0);
  handoff.begin_step();
  graph.replay();
  handoff.finish_step();
  handoff.begin_step();
  check_says(failure([&] { handoff.finish_step(); }),
             "job 1 (experts of layer 0) was not asked for", backend);
  check_aftermath(streams, handoff, backend);
}

// Who goes away in the middle of a step waits for it.
void test_end_within_a_step(Streams& streams, gpu::Backend backend) {
  const Steps steps({}, streams.main, streams.branch);
  {
    gpu::Handoff handoff(streams.main, backend, std::chrono::seconds(60));
    gpu::Graph graph = steps.capture(handoff, Course::kPlain);
    steps.load(0);
    handoff.begin_step();
    graph.replay();
  }
  check(steps.is_right(Course::kPlain), "the step has ended before its hand-offs");
}

// But not for ever: the job that hangs is left alone with what it uses.
void test_end_with_a_job_that_hangs(Streams& streams, gpu::Backend backend) {
  static auto& kept = *new std::vector<std::unique_ptr<Steps>>;
  const Steps& steps =
      *kept.emplace_back(std::make_unique<Steps>(Shape{}, streams.main, streams.branch));
  is_released = false;
  steps.disturb(hang);
  steps.load(0);
  auto handoff = std::make_unique<gpu::Handoff>(streams.main, backend, kPatience);
  gpu::Graph graph = steps.capture(*handoff, Course::kPlain);
  handoff->begin_step();
  graph.replay();
  handoff.reset();
  is_released = true;
  streams.main.synchronize();
}

#if defined(__linux__) && !defined(__SANITIZE_THREAD__)
// Ends the thread without a word, as no C++ code could.
void die(int layer) {
  if (layer == kFailing) syscall(SYS_exit, 0);
}

void test_worker_that_dies(Streams& streams, gpu::Backend backend) {
  const Steps steps({}, streams.main, streams.branch);
  steps.disturb(die);
  gpu::Handoff handoff(streams.main, backend, kPatience);
  gpu::Graph graph = steps.capture(handoff, Course::kPlain);
  steps.load(0);
  handoff.begin_step();
  graph.replay();
  check_says(failure([&] { handoff.finish_step(); }), "job 2 (experts of layer 1) did not end",
             backend);
  check(cudaStreamQuery(streams.main.handle()) == cudaSuccess, "the GPU waits no longer");
  check_aftermath(streams, handoff, backend);
}
#else
void test_worker_that_dies(Streams&, gpu::Backend) {}
#endif

}  // namespace

int main() {
  Streams streams;
  for (const gpu::Backend backend : kBackends) {
    test_job_that_hangs(streams, backend);
    test_step_that_is_not_launched(streams, backend);
    test_end_within_a_step(streams, backend);
    test_end_with_a_job_that_hangs(streams, backend);
    if (backend != gpu::Backend::kHostNode) test_worker_that_dies(streams, backend);
  }
  test_kernel_loses_patience(streams, false);
  test_kernel_loses_patience(streams, true);
  return result();
}
