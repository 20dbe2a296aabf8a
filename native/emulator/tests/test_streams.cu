// SPDX-License-Identifier: Apache-2.0
// Streams, events, graphs, host functions and memory operations, in every order of their work.
#include <atomic>
#include <thread>

#include "arrays.h"
#include "device.cuh"
#include "failures.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

// Numbers that tell in which order they were put together: each step appends a digit.
__global__ void append(int* to, const int* from, int digit) { *to = *from * 10 + digit; }

__global__ void join(int* to, const int* a, const int* b) { *to = *a * 1000 + *b; }

struct Event {
  cudaEvent_t handle;
  Event() { check(cudaEventCreateWithFlags(&handle, cudaEventDisableTiming), "event"); }
  ~Event() { cudaEventDestroy(handle); }
  void record(Stream& on) { check(cudaEventRecord(handle, on.handle()), "record"); }
  void wait(Stream& on) { check(cudaStreamWaitEvent(on.handle(), handle), "wait"); }
};

// Memory that both sides reach.
struct Flags {
  uint32_t* values;
  Flags() {
    check(cudaHostAlloc(reinterpret_cast<void**>(&values), 64, cudaHostAllocMapped), "flags");
    for (int i = 0; i < 16; ++i) values[i] = 0;
  }
  ~Flags() { cudaFreeHost(values); }
  void set(int i, uint32_t value) { __atomic_store_n(values + i, value, __ATOMIC_RELEASE); }
  uint32_t get(int i) const { return __atomic_load_n(values + i, __ATOMIC_ACQUIRE); }
  void await(int i, uint32_t value) const {
    while (get(i) != value) std::this_thread::yield();
  }
};

using MemoryOperation = CUresult (*)(CUstream, CUdeviceptr, cuuint32_t, unsigned);

MemoryOperation find_operation(const char* name) {
  void* function = nullptr;
  check(cudaGetDriverEntryPointByVersion(name, &function, 12000, cudaEnableDefault), name);
  return reinterpret_cast<MemoryOperation>(function);
}

void write_value(Stream& on, uint32_t* to, uint32_t value) {
  const MemoryOperation write = find_operation("cuStreamWriteValue32");
  check(write(on.handle(), reinterpret_cast<CUdeviceptr>(to), value, 0) == CUDA_SUCCESS, "write");
}

void wait_value(Stream& on, uint32_t* at, uint32_t value) {
  const MemoryOperation wait = find_operation("cuStreamWaitValue32");
  check(wait(on.handle(), reinterpret_cast<CUdeviceptr>(at), value, CU_STREAM_WAIT_VALUE_GEQ) ==
            CUDA_SUCCESS,
        "wait");
}

// From x: the stream makes x12, the side x145 meanwhile, the sum x145 * 1000 + x12.
void fork_and_join(Stream& stream, Stream& side, Event& fork, Event& joined, int* at) {
  KT_LAUNCH(append, 1, 1, 0, stream, at + 1, at, 1);
  fork.record(stream);
  fork.wait(side);
  KT_LAUNCH(append, 1, 1, 0, side, at + 2, at + 1, 4);
  KT_LAUNCH(append, 1, 1, 0, side, at + 2, at + 2, 5);
  joined.record(side);
  KT_LAUNCH(append, 1, 1, 0, stream, at + 3, at + 1, 2);
  joined.wait(stream);
  KT_LAUNCH(join, 1, 1, 0, stream, at + 4, at + 2, at + 3);
}

void check_fork() {
  Stream stream, side;
  Event fork, joined;
  const Array<int> memory(std::vector<int>(5));
  int* at = memory.data();
  fork_and_join(stream, side, fork, joined, at);
  stream.synchronize();
  check(memory.read()[4] == 145012, "fork and join");
  stream.begin_capture();
  fork_and_join(stream, side, fork, joined, at);
  Graph graph = stream.end_capture();
  for (const int start : {2, 3}) {
    check(cudaMemcpy(at, &start, sizeof(start), cudaMemcpyHostToDevice), "copy");
    graph.replay();
    stream.synchronize();
    check(memory.read()[4] == (start * 1000 + 145) * 1000 + start * 100 + 12,
          "replay with changed input");
  }
}

void check_unjoined() {
  Stream stream, side;
  Event fork;
  const Array<int> memory(std::vector<int>(2));
  stream.begin_capture();
  KT_LAUNCH(append, 1, 1, 0, stream, memory.data(), memory.data(), 1);
  fork.record(stream);
  fork.wait(side);
  KT_LAUNCH(append, 1, 1, 0, side, memory.data() + 1, memory.data(), 1);
  check_failure("unjoined", [&] { stream.end_capture(); }, {"never joined"});
  KT_LAUNCH(append, 1, 1, 0, side, memory.data() + 1, memory.data(), 1);
  side.synchronize();
  check(memory.read()[1] == 1, "work after a capture that failed");
}

void count(void* calls) { ++*static_cast<std::atomic<int>*>(calls); }

void check_host_functions() {
  Stream stream;
  std::atomic<int> calls{0};
  stream.begin_capture();
  check(cudaLaunchHostFunc(stream.handle(), count, &calls), "host function");
  Graph graph = stream.end_capture();
  check(calls == 0, "a captured host function does not run");
  graph.replay();
  graph.replay();
  stream.synchronize();
  check(calls == 2, "it runs with each replay");
}

// The stream asks, a thread of the host answers, in one graph; a branch beside it goes on.
void check_hand_off() {
  Stream stream, side;
  Event fork, joined;
  const Array<int> memory(std::vector<int>(5));
  int* at = memory.data();
  Flags flags;
  stream.begin_capture();
  write_value(stream, flags.values, 1);
  fork.record(stream);
  wait_value(stream, flags.values + 1, 1);
  KT_LAUNCH(append, 1, 1, 0, stream, at + 1, at, 1);
  fork.wait(side);
  write_value(side, flags.values + 2, 1);  // what the answer waits for: it must not come later
  joined.record(side);
  joined.wait(stream);
  Graph graph = stream.end_capture();
  for (int replay = 0; replay < 3; ++replay) {
    for (int i = 0; i < 3; ++i) flags.set(i, 0);
    graph.replay();
    flags.await(0, 1);
    flags.await(2, 1);
    const int answer = 7 + replay;
    *at = answer;  // as a kernel that reads pinned memory would see it
    flags.set(1, 1);
    stream.synchronize();
    check(memory.read()[1] == answer * 10 + 1, "hand-off");
  }
}

// What waits on one stream is answered by another.
void check_waits_between_streams() {
  Stream first, second;
  const Array<int> memory(std::vector<int>(2));
  Flags flags;
  wait_value(first, flags.values, 3);
  KT_LAUNCH(append, 1, 1, 0, first, memory.data(), memory.data(), 1);
  check(cudaStreamQuery(first.handle()) == cudaErrorNotReady, "a stream that waits is busy");
  write_value(second, flags.values, 3);
  first.synchronize();
  check(memory.read()[0] == 1, "answered by another stream");
}

void check_patience() {
  Stream stream;
  Flags flags;
  wait_value(stream, flags.values, 3);
  check_failure("a wait without end", [&] { stream.synchronize(); },
                {"waited too long", "at least 3"});
  stream.begin_capture();
  write_value(stream, flags.values + 1, 1);
  wait_value(stream, flags.values, 4);
  Graph graph = stream.end_capture();
  graph.replay();
  check_failure("a wait in a graph", [&] { stream.synchronize(); },
                {"node 1 of 2", "at least 4", "which is 0"});
  flags.set(0, 4);
  graph.replay();
  stream.synchronize();
}

void check_times() {
  Stream stream;
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "event");
  check(cudaEventCreate(&end), "event");
  check(cudaEventRecord(begin, stream.handle()), "record");
  check(cudaEventRecord(end, stream.handle()), "record");
  check(cudaEventSynchronize(end), "synchronize");
  float milliseconds = -1;
  check(cudaEventElapsedTime(&milliseconds, begin, end), "elapsed");
  check(milliseconds >= 0, "time goes on");
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
}

}  // namespace

int main() {
  setenv("KT_EMULATED_PATIENCE_MS", "300", 1);
  for (const char* order : {"0", "1", "2", "3"}) {
    setenv("KT_EMULATED_ORDER", order, 1);
    check_fork();
    check_unjoined();
    check_host_functions();
    check_hand_off();
    check_waits_between_streams();
    check_patience();
    check_times();
  }
  return result();
}
