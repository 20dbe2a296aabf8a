// SPDX-License-Identifier: Apache-2.0
// What a warp does with matrices. In fragments, lane l stands in row l / 4 and at column pair l
// % 4.
#include <cstring>

#include "device.h"

namespace kt::cuda {
namespace {

using emulated::kAllLanes;
using emulated::kLanes;
using emulated::meet;
using emulated::Warp;

template <class T>
T operand(const Warp& warp, unsigned lane) {
  T value;
  std::memcpy(&value, warp.in[lane], sizeof(T));
  return value;
}

// Lanes 8 m to 8 m + 7 name the rows of matrix m; of each, lane l gets the pair l % 4 of row l / 4.
void load_rows(Warp& warp, uint32_t) {
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    for (unsigned m = 0; m < 4; ++m) {
      const auto* row = operand<const unsigned char*>(warp, m * 8 + lane / 4);
      std::memcpy(warp.out[lane] + 4 * m, row + 4 * (lane % 4), 4);
    }
  }
}

// The same of the transposed matrices.
void load_columns(Warp& warp, uint32_t) {
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    for (unsigned m = 0; m < 4; ++m) {
      for (unsigned i = 0; i < 2; ++i) {
        const auto* row = operand<const unsigned char*>(warp, m * 8 + 2 * (lane % 4) + i);
        std::memcpy(warp.out[lane] + 4 * m + 2 * i, row + 2 * (lane / 4), 2);
      }
    }
  }
}

void load_matrices(const char* name, uint32_t (&r)[4], const void* row, emulated::Complete complete,
                   const Place& place) {
  if (reinterpret_cast<uintptr_t>(row) % 16)
    emulated::fail(place, name, " of a row at no multiple of 16");
  if (!emulated::is_shared(row, 16))
    emulated::fail(place, name, " of what is not shared memory of the block");
  std::memcpy(r, meet(name, kAllLanes, &row, sizeof(row), complete, place), sizeof(r));
}

// Operands of one lane: four registers of A, two of B, and the sums.
template <class Sum>
struct Fragments {
  uint32_t a[4], b[2];
  Sum sums[4];
};

// Values of a register: two of 16 bits or four of 8, at columns that follow each other.
float bf16_of(uint32_t word, unsigned i) { return __uint_as_float(word >> 16 * i << 16); }
float half_of(uint32_t word, unsigned i) { return cuda::half_of(word, static_cast<int>(i)); }
int int8_of(uint32_t word, unsigned i) { return static_cast<int8_t>(word >> 8 * i); }

// sums += A B with kWidth columns of A, kWord to a register.
template <class Sum, unsigned kWidth, Sum (*element)(uint32_t, unsigned)>
void multiply(Warp& warp, uint32_t) {
  constexpr unsigned kWord = kWidth / 8;
  using Row [[gnu::vector_size(8 * sizeof(Sum))]] = Sum;
  Sum a[16][kWidth];
  Row b[kWidth], sums[16];
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const auto own = operand<Fragments<Sum>>(warp, lane);
    const unsigned row = lane / 4, column = lane % 4 * kWord;
    for (unsigned i = 0; i < kWord; ++i) {
      for (unsigned r = 0; r < 4; ++r)
        a[row + r % 2 * 8][column + r / 2 * (kWidth / 2) + i] = element(own.a[r], i);
      for (unsigned r = 0; r < 2; ++r) b[column + r * (kWidth / 2) + i][row] = element(own.b[r], i);
    }
    for (unsigned i = 0; i < 4; ++i) sums[row + i / 2 * 8][lane % 4 * 2 + i % 2] = own.sums[i];
  }
  for (unsigned m = 0; m < 16; ++m) {
    Row sum = sums[m];
    for (unsigned k = 0; k < kWidth; ++k) sum += a[m][k] * b[k];
    for (unsigned n = 0; n < 8; ++n)  // to the lane that keeps this pair of columns
      std::memcpy(warp.out[m % 8 * 4 + n / 2] + (m / 8 * 2 + n % 2) * sizeof(Sum),
                  reinterpret_cast<const Sum*>(&sum) + n, sizeof(Sum));
  }
}

template <class Sum, unsigned kWidth, Sum (*element)(uint32_t, unsigned)>
void multiply_add(const char* name, Sum (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
                  const Place& place) {
  Fragments<Sum> own;
  static_assert(sizeof(own) <= emulated::kSlotBytes);
  std::memcpy(own.a, a, sizeof(a));
  std::memcpy(own.b, b, sizeof(b));
  std::memcpy(own.sums, d, sizeof(d));
  std::memcpy(d, meet(name, kAllLanes, &own, sizeof(own), &multiply<Sum, kWidth, element>, place),
              sizeof(d));
}

}  // namespace

void ldmatrix_x4(uint32_t (&r)[4], const void* row, const Place& place) {
  load_matrices("ldmatrix_x4", r, row, &load_rows, place);
}

void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row, const Place& place) {
  load_matrices("ldmatrix_x4_trans", r, row, &load_columns, place);
}

void mma_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], const Place& place) {
  multiply_add<float, 16, bf16_of>("mma_bf16", d, a, b, place);
}

void mma_half(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], const Place& place) {
  multiply_add<float, 16, half_of>("mma_half", d, a, b, place);
}

void mma_s8(int (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], const Place& place) {
  multiply_add<int, 32, int8_of>("mma_s8", d, a, b, place);
}

}  // namespace kt::cuda
