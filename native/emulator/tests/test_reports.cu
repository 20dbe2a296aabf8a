// SPDX-License-Identifier: Apache-2.0
// Each thing that a GPU would leave undefined ends a launch, and is named with its place.

#include "arrays.h"
#include "device.cuh"
#include "failures.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr unsigned kAll = 0xFFFFFFFFu;

__global__ void some_end(int* out) {
  if (threadIdx.x == 3) return;
  __syncthreads();
  out[threadIdx.x] = 0;
}

__global__ void two_barriers(int* out) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  out[threadIdx.x] = 0;
}

__global__ void missing_lane(int* out) {
  int value = 0;
  if (threadIdx.x != 5) value = __shfl_xor_sync(kAll, 1, 1);
  out[threadIdx.x] = value;
}

__global__ void barrier_and_shuffle(int* out) {
  if (threadIdx.x < 40) {
    __syncthreads();
  } else {
    out[0] = __shfl_xor_sync(kAll, 1, 1);
  }
}

__global__ void two_collectives(int* out) {
  if (threadIdx.x % 2) {
    out[threadIdx.x] = __shfl_xor_sync(kAll, 1, 1);
  } else {
    out[threadIdx.x] = static_cast<int>(__ballot_sync(kAll, 1));
  }
}

__global__ void outside_of_mask(int* out) { out[threadIdx.x] = __shfl_sync(0xFFFF, 1, 0); }

__global__ void copies_left(const int* in) {
  KT_SHARED(shared);
  copy_async16(shared + 16 * threadIdx.x, in + threadIdx.x % 16 * 4);
  commit_copies();
}

__global__ void odd_copy(const int* in) {
  KT_SHARED(shared);
  copy_async16(shared, in + 1);
}

__global__ void copy_to_global(int* in) { copy_async16(in, in + 4); }

__global__ void copy_beyond(const int* in) {
  KT_SHARED(shared);
  copy_async16(shared, in + 64);
}

__global__ void odd_row(int* out) {
  KT_SHARED(shared);
  uint32_t r[4];
  ldmatrix_x4(r, shared + 8);
  out[threadIdx.x] = static_cast<int>(r[0]);
}

__global__ void row_beyond(int* out) {
  KT_SHARED(shared);
  uint32_t r[4];
  ldmatrix_x4(r, shared + 16 * threadIdx.x + 16);
  out[threadIdx.x] = static_cast<int>(r[0]);
}

__global__ void shared_overflow(int* out) {
  KT_SHARED(shared);
  shared[64] = static_cast<unsigned char>(*out);
}

__global__ void waits_forever(const uint32_t* flag) {
  while (load_system(flag) == 0) sleep_ns(1000);
}

__global__ void fine(int* out) { out[threadIdx.x] = 1; }

struct Case {
  const char* name;
  void (*kernel)(int*);
  std::initializer_list<std::string> words;
};

// Kernels that fail in their block 0 of 64 threads and 1024 bytes of shared memory.
void check_threads(Stream& stream, const Array<int>& memory) {
  const Case cases[] = {
      {"some_end", some_end, {"__syncthreads", "end", "thread (", "test_reports.cu:"}},
      {"two_barriers", two_barriers, {"another __syncthreads", "test_reports.cu:"}},
      {"missing_lane", missing_lane, {"__shfl_xor_sync", "never come", "ended"}},
      {"barrier_and_shuffle", barrier_and_shuffle, {"__syncthreads", "__shfl_xor_sync"}},
      {"two_collectives", two_collectives, {"__shfl_xor_sync", "__ballot_sync", "lane"}},
      {"outside_of_mask", outside_of_mask, {"mask leaves out"}},
      {"odd_copy", reinterpret_cast<void (*)(int*)>(odd_copy), {"multiples of 16"}},
      {"copies_left", reinterpret_cast<void (*)(int*)>(copies_left), {"not waited for"}},
      {"copy_to_global", copy_to_global, {"not shared memory"}},
      {"copy_beyond", reinterpret_cast<void (*)(int*)>(copy_beyond), {"not memory of the device"}},
      {"odd_row", odd_row, {"ldmatrix_x4", "multiple of 16"}},
      {"row_beyond", row_beyond, {"ldmatrix_x4", "not shared memory"}},
  };
  for (const Case& it : cases) {
    const auto launch = [&] {
      KT_LAUNCH(it.kernel, 1, 64, 1024, stream, memory.data());
      stream.synchronize();
    };
    check_failure(it.name, launch, it.words);
    check_failure(it.name, launch, {"kernel it.kernel launched at ", "block (0, 0, 0), thread ("});
  }
}

void check_launches(Stream& stream, const Array<int>& memory) {
  const auto launch = [&](dim3 grid, dim3 block, int bytes) {
    KT_LAUNCH(fine, grid, block, bytes, stream, memory.data());
    stream.synchronize();
  };
  check_failure("block size", [&] { launch(1, 1025, 0); },
                {"kernel fine", "1025 by 1 by 1 threads"});
  check_failure("no threads", [&] { launch(1, 0, 0); }, {"0 by 1 by 1 threads"});
  check_failure("depth", [&] { launch(1, dim3(1, 1, 65), 0); }, {"1 by 1 by 65 threads"});
  check_failure("no blocks", [&] { launch(0, 32, 0); }, {"0 by 1 by 1 blocks"});
  check_failure("rows of blocks", [&] { launch(dim3(1, 65536), 32, 0); },
                {"1 by 65536 by 1 blocks"});
  check_failure("shared memory", [&] { launch(1, 32, (99 << 10) + 1); }, {"101377", "101376"});
  launch(2, 64, 99 << 10);
}

void check_memory(Stream& stream, const Array<int>& memory) {
  check_failure("overflow of shared memory",
                [&] {
                  KT_LAUNCH(shared_overflow, 1, 1, 64, stream, memory.data());
                  stream.synchronize();
                },
                {"kernel shared_overflow", "outside of its dynamic shared memory of 64 bytes"});
#if !defined(__SANITIZE_ADDRESS__)
  check_failure("overflow of an array",
                [&] {
                  KT_LAUNCH(fine, 1, 65, 0, stream, memory.data());
                  stream.synchronize();
                },
                {"kernel fine", "beside device memory of 256 bytes"});
#if !defined(__SANITIZE_THREAD__)
  check_failure("null pointer",
                [&] {
                  KT_LAUNCH(fine, 1, 1, 0, stream, nullptr);
                  stream.synchronize();
                },
                {"kernel fine", "thread (0, 0, 0)", "memory that is not there"});
#endif
#endif
  check(raises<Error>([] { Array<char> large(std::size_t{1} << 40); }), "out of memory");
  int there = 0;
  check_failure(
      "copy to the host as to the device",
      [&] { check(cudaMemcpy(&there, memory.data(), 4, cudaMemcpyHostToDevice), "copy"); },
      {"not memory of the device"});
  check_failure("foreign memory", [&] { check(cudaFree(&there), "free"); }, {"not its own"});
}

void call_cuda(void*) {
  void* memory = nullptr;
  cudaMalloc(&memory, 16);
}

void check_host(Stream& stream, const Array<uint32_t>& flag) {
  check_failure("call in a host function",
                [&] {
                  check(cudaLaunchHostFunc(stream.handle(), call_cuda, nullptr), "host function");
                  stream.synchronize();
                },
                {"cudaMalloc inside of a host function"});
  check_failure("kernel that waits",
                [&] {
                  KT_LAUNCH(waits_forever, 1, 1, 0, stream, flag.data());
                  stream.synchronize();
                },
                {"kernel waits_forever", "the host never wrote", "test_reports.cu:"});
}

}  // namespace

int main() {
  setenv("KT_EMULATED_PATIENCE_MS", "200", 1);
  Stream stream;
  Array<int> memory(64);
  const Array<uint32_t> flag(std::vector<uint32_t>{0});
  for (const char* order : {"0", "1", "5"}) {
    setenv("KT_EMULATED_ORDER", order, 1);
    check_threads(stream, memory);
    check_launches(stream, memory);
    check_memory(stream, memory);
    check_host(stream, flag);
    KT_LAUNCH(fine, 1, 64, 0, stream, memory.data());  // after all that, work goes on
    stream.synchronize();
    for (const int value : memory.read()) check(value == 1, "what works after failures");
  }
  return result();
}
