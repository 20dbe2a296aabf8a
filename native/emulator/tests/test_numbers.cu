// SPDX-License-Identifier: Apache-2.0
// Conversions and the small instructions, on every half and bfloat16 number and between them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "arrays.h"
#include "check.h"
#include "device.cuh"

using namespace kt::cuda;
using namespace kt::test;

namespace {

constexpr unsigned kCodes = 65536;
constexpr unsigned kThreads = 256;
constexpr unsigned kHalves = 6;

// A format of 16 bits: by its numbers of exponent and mantissa bits, the value of a code.
struct Format {
  int exponent_bits, mantissa_bits;

  double value(unsigned code) const {
    const unsigned mantissa = code & ((1u << mantissa_bits) - 1);
    const int exponent = static_cast<int>(code >> mantissa_bits & ((1u << exponent_bits) - 1));
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const double sign = code & 0x8000u ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits) - 1) return mantissa ? NAN : sign * INFINITY;
    const double digits = mantissa + (exponent ? std::ldexp(1.0, mantissa_bits) : 0.0);
    return sign * std::ldexp(digits, (exponent ? exponent : 1) - bias - mantissa_bits);
  }
};
constexpr Format kHalf{5, 10}, kBfloat{8, 7};

__global__ void widen_half(const uint16_t* in, float* out) {
  const unsigned i = blockIdx.x * kThreads + threadIdx.x;
  out[i] = half_to_float(in[i]);
}

__global__ void widen_bf16(const uint16_t* in, float* out) {
  const unsigned i = blockIdx.x * kThreads + threadIdx.x;
  out[i] = to_float(Bf16{in[i]});
}

__global__ void narrow_half(const float* in, uint16_t* out) {
  const unsigned i = blockIdx.x * kThreads + threadIdx.x;
  out[i] = float_to_half(in[i]);
}

__global__ void narrow_bf16(const float* in, uint16_t* out) {
  const unsigned i = blockIdx.x * kThreads + threadIdx.x;
  const uint32_t pair = pack_bf16(in[i], in[i ^ 1]);
  const uint16_t bits = to_bf16(in[i]).bits;
  out[i] = (pair & 0xFFFFu) == bits && pair >> 16 == to_bf16(in[i ^ 1]).bits ? bits : 0xBAD;
}

template <class In, class Out>
std::vector<Out> convert(Stream& stream, void (*kernel)(const In*, Out*),
                         const std::vector<In>& values) {
  const Array<In> in(values);
  const Array<Out> out(values.size());
  KT_LAUNCH(kernel, static_cast<unsigned>(values.size()) / kThreads, kThreads, 0, stream, in.data(),
            out.data());
  stream.synchronize();
  return out.read();
}

void check_widening(Stream& stream, const Format& format, void (*kernel)(const uint16_t*, float*)) {
  std::vector<uint16_t> codes(kCodes);
  for (unsigned i = 0; i < kCodes; ++i) codes[i] = static_cast<uint16_t>(i);
  const std::vector<float> got = convert(stream, kernel, codes);
  unsigned wrong = 0;
  for (unsigned i = 0; i < kCodes; ++i) {
    const double expected = format.value(i);
    wrong += std::isnan(expected) ? !std::isnan(got[i]) : got[i] != expected;
  }
  check(wrong == 0, std::to_string(wrong) + " of the values of codes");
}

// Between two neighbours: the middle goes to the even one, what lies beside it to the nearer.
void check_narrowing(Stream& stream, const Format& format,
                     void (*kernel)(const float*, uint16_t*)) {
  const unsigned infinity = ((1u << format.exponent_bits) - 1) << format.mantissa_bits;
  std::vector<float> values;
  std::vector<uint16_t> expected;
  const auto expect = [&](float value, unsigned code) {
    for (const unsigned sign : {0u, 0x8000u}) {
      values.push_back(sign ? -value : value);
      expected.push_back(static_cast<uint16_t>(code | sign));
    }
  };
  for (unsigned code = 0; code < infinity; ++code) {
    const double low = format.value(code);
    const double step =
        code + 1 < infinity ? format.value(code + 1) - low : low - format.value(code - 1);
    const auto middle = static_cast<float>(low + step / 2);
    expect(static_cast<float>(low), code);
    expect(middle, code + code % 2);
    expect(std::nextafter(middle, 0.0f), code);
    expect(std::nextafter(middle, INFINITY), code + 1);
  }
  expect(INFINITY, infinity);
  while (values.size() % kThreads) expect(0.0f, 0);
  const std::vector<uint16_t> got = convert(stream, kernel, values);
  unsigned wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) wrong += got[i] != expected[i];
  check(wrong == 0, std::to_string(wrong) + " of the codes of values");
}

// Pairs of float16 without an error: integers up to 2048.
__global__ void count_in_halves(float* out) {
  const auto own = static_cast<float>(threadIdx.x);
  const uint32_t differences = sub_half2(pack_half(own, 128.0f), pack_half(136.0f, own));
  const uint32_t products = mul_half2(pack_half(own, 8), pack_half(3, own));
  const uint32_t sums = fma_half2(pack_half(own, 5), pack_half(2, own), pack_half(1024, -own));
  const uint32_t pairs[3] = {differences, products, sums};
  for (unsigned i = 0; i < kHalves; ++i) {
    out[kHalves * threadIdx.x + i] =
        half_to_float(static_cast<uint16_t>(pairs[i / 2] >> (i % 2 * 16)));
  }
}

__global__ void bytes(int* out) {
  const unsigned own = threadIdx.x;
  out[4 * own] = dp4a(static_cast<int>(0x80FF017Fu + own), static_cast<int>(0x7F80FF02u), -5);
  out[4 * own + 1] = static_cast<int>(__byte_perm(0x33221100u, 0x77665544u, 0x7250u + own % 8));
  out[4 * own + 2] = static_cast<int>(__funnelshift_r(0x01234567u, 0x89ABCDEFu, own));
  out[4 * own + 3] = __float2int_rn(static_cast<float>(own) / 2 - 7);
}

int byte_of(unsigned word, unsigned i) { return static_cast<int8_t>(word >> (8 * i)); }

void check_small(Stream& stream) {
  const Array<float> halves(kHalves * kThreads);
  const Array<int> numbers(4 * kThreads);
  KT_LAUNCH(count_in_halves, 1, kThreads, 0, stream, halves.data());
  KT_LAUNCH(bytes, 1, kThreads, 0, stream, numbers.data());
  stream.synchronize();
  const std::vector<float> got = halves.read();
  const std::vector<int> words = numbers.read();
  for (unsigned i = 0; i < kThreads; ++i) {
    const auto own = static_cast<float>(i);
    const float expected[kHalves] = {own - 136, 128 - own,      3 * own,
                                     8 * own,   2 * own + 1024, 4 * own};
    check(std::equal(expected, expected + kHalves, got.begin() + kHalves * i),
          "pairs of float16 of " + std::to_string(i));
    int sum = -5;
    for (unsigned b = 0; b < 4; ++b) sum += byte_of(0x80FF017Fu + i, b) * byte_of(0x7F80FF02u, b);
    check(words[4 * i] == sum, "dp4a");
    const unsigned permuted = 0x77225500u + 0x11u * (i % 8);  // byte n of the eight is 0x11 n
    check(static_cast<unsigned>(words[4 * i + 1]) == permuted, "__byte_perm");
    const uint64_t both = 0x89ABCDEF01234567u;
    check(static_cast<unsigned>(words[4 * i + 2]) == static_cast<unsigned>(both >> (i % 32)),
          "__funnelshift_r");
    check(words[4 * i + 3] == static_cast<int>(std::nearbyint(i / 2.0 - 7)), "__float2int_rn");
  }
}

}  // namespace

int main() {
  Stream stream;
  check_widening(stream, kHalf, widen_half);
  check_widening(stream, kBfloat, widen_bf16);
  check_narrowing(stream, kHalf, narrow_half);
  check_narrowing(stream, kBfloat, narrow_bf16);
  check_small(stream);
  return result();
}
