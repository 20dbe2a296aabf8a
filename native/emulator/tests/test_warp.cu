// SPDX-License-Identifier: Apache-2.0
// What the emulator computes for a warp equals plain loops.
#include <cstring>
#include <random>
#include <vector>

#include "arrays.h"
#include "check.h"
#include "device.cuh"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr unsigned kAll = 0xFFFFFFFFu;

// Of small integers, which bfloat16 holds exactly.
uint16_t upper_half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>(bits >> 16);
}
float from_upper_half(uint16_t upper) {
  const uint32_t bits = uint32_t{upper} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Fragments by the figures of the PTX manual: for 16 bits, rows of 16 columns; for int8, of 32.
template <class Element, class Sum, int kWidth>
__global__ void multiply(const Element* a, const Element* b, Sum* sums) {
  KT_SHARED(shared);
  auto* rows = reinterpret_cast<Element*>(shared);  // [16][kWidth]
  Element* columns = rows + 16 * kWidth;            // [8][kWidth]
  const int lane = static_cast<int>(threadIdx.x);
  constexpr int kChunks = kWidth * static_cast<int>(sizeof(Element)) / 16;  // of a row
  for (int i = lane; i < 24 * kChunks; i += 32)
    copy_async16(shared + 16 * i, i < 16 * kChunks
                                      ? reinterpret_cast<const char*>(a) + 16 * i
                                      : reinterpret_cast<const char*>(b) + 16 * (i - 16 * kChunks));
  commit_copies();
  wait_copies<0>();
  __syncwarp();
  uint32_t left[4], right[4];
  ldmatrix_x4(left, rows + lane % 16 * kWidth + lane / 16 * (kWidth / 2));
  ldmatrix_x4(right, columns + lane % 8 * kWidth + lane / 8 % 2 * (kWidth / 2));
  Sum d[4] = {1, 2, 3, 4};
  const uint32_t both[2] = {right[0], right[1]};
  if constexpr (std::is_same_v<Element, Bf16>) {
    mma_bf16(d, left, both);
  } else if constexpr (sizeof(Element) == 2) {
    mma_half(d, left, both);
  } else {
    mma_s8(d, left, both);
  }
  for (int i = 0; i < 4; ++i) sums[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = d[i];
}

template <class Element, class Sum, int kWidth, class Make, class Value>
void check_product(Stream& stream, const Make& make, const Value& value) {
  std::mt19937 random(1);
  std::vector<Element> a(16 * kWidth), b(8 * kWidth);
  for (Element& x : a) x = make(static_cast<int>(random() % 255) - 127);
  for (Element& x : b) x = make(static_cast<int>(random() % 255) - 127);
  Array<Element> left(a), right(b);
  Array<Sum> sums(16 * 8);
  KT_LAUNCH((multiply<Element, Sum, kWidth>), 1, 32, 24 * kWidth * sizeof(Element), stream,
            left.data(), right.data(), sums.data());
  stream.synchronize();
  const std::vector<Sum> got = sums.read();
  for (int m = 0; m < 16; ++m) {
    for (int n = 0; n < 8; ++n) {
      Sum sum = static_cast<Sum>(1 + n % 2 + m / 8 * 2);
      for (int k = 0; k < kWidth; ++k) sum += value(a[m * kWidth + k]) * value(b[n * kWidth + k]);
      check(got[m * 8 + n] == sum, "product of " + std::to_string(kWidth) + " columns");
    }
  }
}

__global__ void transpose(const uint16_t* in, uint16_t* out) {
  KT_SHARED(shared);
  auto* rows = reinterpret_cast<uint16_t*>(shared);  // four matrices of [8][8]
  const unsigned lane = threadIdx.x;
  for (unsigned i = 0; i < 8; ++i) rows[8 * lane + i] = in[8 * lane + i];
  __syncwarp();
  uint32_t r[4];
  ldmatrix_x4_trans(r, rows + 8 * lane);
  for (unsigned m = 0; m < 4; ++m) std::memcpy(out + 64 * m + 2 * lane, &r[m], 4);
}

void check_transposed(Stream& stream) {
  std::vector<uint16_t> values(256);
  for (unsigned i = 0; i < 256; ++i) values[i] = static_cast<uint16_t>(i);
  Array<uint16_t> in(values), out(256);
  KT_LAUNCH(transpose, 1, 32, 512, stream, in.data(), out.data());
  stream.synchronize();
  const std::vector<uint16_t> got = out.read();
  for (unsigned m = 0; m < 4; ++m)
    for (unsigned i = 0; i < 64; ++i)
      check(got[64 * m + i] == 64 * m + i % 8 * 8 + i / 8, "transposed matrix");
}

__global__ void shuffles(int* out) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  int* own = out + threadIdx.x;
  own[0] = __shfl_sync(kAll, lane, 5);
  own[64] = __shfl_sync(kAll, lane, 9, 8);
  own[128] = __shfl_xor_sync(kAll, lane, 3);
  own[192] = __shfl_up_sync(kAll, lane, 2);
  own[256] = __shfl_down_sync(kAll, lane, 3, 16);
  own[320] = static_cast<int>(__ballot_sync(kAll, lane % 3 == 0));
  own[384] = __any_sync(kAll, lane == 7) + 2 * __all_sync(kAll, lane < 31);
  own[448] = warp_sum(lane) + 1000 * warp_max(lane);
  if (lane < 16) own[512] = __shfl_xor_sync(0x0000FFFFu, lane, 1);
  if (lane >= 16) own[512] = __shfl_xor_sync(0xFFFF0000u, lane, 2);
}

void check_shuffles(Stream& stream) {
  Array<int> out(576);
  KT_LAUNCH(shuffles, 1, 64, 0, stream, out.data());
  stream.synchronize();
  const std::vector<int> got = out.read();
  unsigned thirds = 0;
  for (int lane = 0; lane < 32; lane += 3) thirds |= 1u << lane;
  for (int i = 0; i < 64; ++i) {
    const int lane = i % 32;
    const int expected[9] = {5,
                             lane / 8 * 8 + 1,
                             lane ^ 3,
                             lane < 2 ? lane : lane - 2,
                             lane % 16 > 12 ? lane : lane + 3,
                             static_cast<int>(thirds),
                             1,
                             496 + 31000,
                             lane < 16 ? lane ^ 1 : lane ^ 2};
    for (int k = 0; k < 9; ++k)
      check(got[64 * k + i] == expected[k], "exchange " + std::to_string(k));
  }
}

#ifdef KT_EMULATED
// Each block's static memory is its own, and what it never wrote is poison.
template <int kSize>
__global__ void poison(int* out) {
  __shared__ int own[kSize];
  KT_SHARED(shared);
  out[2 * blockIdx.x] = own[kSize - 1];
  out[2 * blockIdx.x + 1] = reinterpret_cast<int*>(shared)[1];
  own[kSize - 1] = reinterpret_cast<int*>(shared)[1] = 7;
}

void check_poison(Stream& stream) {
  Array<int> out(12);
  KT_LAUNCH(poison<4>, 3, 1, 8, stream, out.data());
  KT_LAUNCH(poison<8>, 3, 1, 8, stream, out.data() + 6);
  stream.synchronize();
  for (const int value : out.read()) check(value == -1, "shared memory is poisoned");
}

#endif

}  // namespace

int main() {
  Stream stream;
  check_product<Bf16, float, 16>(
      stream, [](int i) { return Bf16{upper_half(static_cast<float>(i))}; },
      [](Bf16 x) { return from_upper_half(x.bits); });
  check_product<uint16_t, float, 16>(
      stream, [](int i) { return float_to_half(static_cast<float>(i)); },
      [](uint16_t x) { return half_to_float(x); });
  check_product<int8_t, int, 32>(
      stream, [](int i) { return static_cast<int8_t>(i); }, [](int8_t x) { return int{x}; });
  check_transposed(stream);
  check_shuffles(stream);
#ifdef KT_EMULATED
  check_poison(stream);
#endif
  return result();
}
