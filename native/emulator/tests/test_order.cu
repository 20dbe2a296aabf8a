// SPDX-License-Identifier: Apache-2.0
// A missing barrier is wrong in some order of threads; what is right is right in all.

#include "arrays.h"
#include "check.h"
#include "device.cuh"
#include "failures.h"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr int kThreads = 128;
constexpr int kRounds = 4;

// Each thread passes values to its mirror image, again and again.
template <bool kBefore, bool kAfter>
__global__ void mirror(int* out) {
  __shared__ int values[kThreads];
  const int own = static_cast<int>(threadIdx.x);
  int sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    values[own] = own + round;
    if (kBefore) __syncthreads();
    sum += values[kThreads - 1 - own];
    if (kAfter) __syncthreads();
  }
  out[own] = sum;
}

// The same within a warp.
template <bool kBefore, bool kAfter>
__global__ void mirror_warp(int* out) {
  __shared__ int values[kThreads];
  const int own = static_cast<int>(threadIdx.x);
  int sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    values[own] = own + round;
    if (kBefore) __syncwarp();
    sum += values[own ^ 31];
    if (kAfter) __syncwarp();
  }
  out[kThreads - 1 - own] = sum;
}

// A copy that is read before it is waited for, or by others before a barrier.
template <bool kWaits, bool kBarrier>
__global__ void mirror_copies(int* out, const int* in) {
  KT_SHARED(shared);
  const int own = static_cast<int>(threadIdx.x);
  copy_async16(shared + 16 * own, in + 4 * own);
  commit_copies();
  if (kWaits) wait_copies<0>();
  if (kBarrier) __syncthreads();
  out[own] = reinterpret_cast<const int*>(shared)[4 * (kThreads - 1 - own)];
  wait_copies<0>();
}

// All that a launch can lose, on lines of their own.
constexpr int kLines[] = {__LINE__ + 7, __LINE__ + 8, __LINE__ + 11};
__global__ void mirror_all(int* out, const int* in) {
  KT_SHARED(shared);
  int* values = reinterpret_cast<int*>(shared);
  const int own = static_cast<int>(threadIdx.x);
  copy_async16(values + 4 * own, in + 4 * own);
  commit_copies();
  wait_copies<0>();
  __syncthreads();
  const int value = values[4 * (kThreads - 1 - own)];
  values[4 * (kThreads - 1 - own) + 1] = value;
  __syncwarp();
  out[own] = values[4 * (kThreads - 1 - (own ^ 1)) + 1] - 4 * (own % 2 ? 1 : -1);
}

// The orders out of 6 in which the launch gives something else than it should.
template <class Launch>
int wrong_orders(const Launch& launch, const Array<int>& out, const std::vector<int>& expected) {
  int wrong = 0;
  for (const char* order : {"0", "1", "2", "3", "4", "5"}) {
    setenv("KT_EMULATED_ORDER", order, 1);
    launch();
    wrong += out.read() != expected;
  }
  return wrong;
}

}  // namespace

int main() {
  Stream stream;
  const Array<int> out(kThreads);
  std::vector<int> numbers(4 * kThreads), sums(kThreads), copied(kThreads);
  for (int i = 0; i < 4 * kThreads; ++i) numbers[i] = i;
  for (int i = 0; i < kThreads; ++i) {
    sums[i] = kRounds * (kThreads - 1 - i) + kRounds * (kRounds - 1) / 2;
    copied[i] = 4 * (kThreads - 1 - i);
  }
  const Array<int> in(numbers);
  const auto wrong = [&](auto kernel, const std::vector<int>& expected, auto... arguments) {
    return wrong_orders(
        [&] {
          KT_LAUNCH(kernel, 1, kThreads, 16 * kThreads, stream, arguments...);
          failure([&] { stream.synchronize(); });
        },
        out, expected);
  };
  check(wrong(mirror<true, true>, sums, out.data()) == 0, "both barriers");
  check(wrong(mirror<false, true>, sums, out.data()) > 0, "no barrier before reads");
  check(wrong(mirror<true, false>, sums, out.data()) > 0, "no barrier before writes");
  std::vector<int> warp_sums(kThreads);
  for (int i = 0; i < kThreads; ++i)
    warp_sums[kThreads - 1 - i] = kRounds * (i ^ 31) + kRounds * (kRounds - 1) / 2;
  check(wrong(mirror_warp<true, true>, warp_sums, out.data()) == 0, "both warp barriers");
  check(wrong(mirror_warp<false, true>, warp_sums, out.data()) > 0, "no warp barrier before reads");
  check(wrong(mirror_warp<true, false>, warp_sums, out.data()) > 0,
        "no warp barrier before writes");
  check(wrong(mirror_copies<true, true>, copied, out.data(), in.data()) == 0, "wait and barrier");
  check(wrong(mirror_copies<false, true>, copied, out.data(), in.data()) == 6, "no wait");
  check(wrong(mirror_copies<true, false>, copied, out.data(), in.data()) > 0, "no barrier");
  check(wrong(mirror_all, copied, out.data(), in.data()) == 0, "all that it needs");
  for (const int line : kLines) {
    setenv("KT_EMULATED_SKIP", ("test_order.cu:" + std::to_string(line)).c_str(), 1);
    check(wrong(mirror_all, copied, out.data(), in.data()) > 0,
          "without line " + std::to_string(line));
  }
  return result();
}
