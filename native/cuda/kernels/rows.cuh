// SPDX-License-Identifier: Apache-2.0
// How products of rows (row_kernel.cuh) are launched: how warps share the work, and what lies in
// shared memory.
#pragma once

#include "row_kernel.cuh"

namespace kt::cuda {

// How many warps share a pair of rows: as many as make a block, which has so many pairs, take the
// fewest steps after each other.
inline int split_bits_for(int64_t pairs, int steps, int multiprocessors) {
  const int64_t share = (pairs + multiprocessors - 1) / multiprocessors;
  int best = 0;
  int64_t fewest = INT64_MAX;
  for (int bits = 0; 1 << bits <= kMostSplits && 1 << bits <= steps; ++bits) {
    const int64_t together = kWarps<1> >> bits, rounds = (share + together - 1) / together;
    const int64_t steps_of_warp = (steps + (1 << bits) - 1) >> bits;
    if (rounds * steps_of_warp < fewest) best = bits, fewest = rounds * steps_of_warp;
  }
  return best;
}

// What a block may have, of which every card has 99 KiB and some more. How much of the activations
// lies there at a time changes no sum.
inline int shared_bytes() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "device");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "device");
  return bytes;
}

// Makes one of neighbouring rows that are so short that most lanes would have nothing to do, where
// each gets as many lanes.
template <class Rows>
void fold(RowProduct& a) {
  if constexpr (!Rows::kCanFold) return;
  const bool are_close = a.rows[1] - a.rows[0] == Rows::row_bytes(a.columns);
  const bool divide_step = (a.columns & (a.columns - 1)) == 0;
  if (a.then != Then::kStore || a.plan || a.outputs % 2 || !are_close || !divide_step) return;
  for (; 2 * a.columns <= Rows::kColumns && a.pairs % 2 == 0; a.columns *= 2) {
    a.rows[1] += a.rows[1] - a.rows[0];
    a.pair_bytes *= 2;
    a.pairs /= 2;
    ++a.fold_bits;
  }
}

// Decides which activations lie in shared memory together. Returns its bytes.
template <class Rows, int T>
int share_memory(RowProduct& a, int blocks) {
  constexpr int kFloat = sizeof(float);
  const int steps = (a.columns + Rows::kColumns - 1) / Rows::kColumns;
  const int all = shared_bytes(), step_bytes = Rows::kStepFloats * kFloat;
  const auto fixed = [&] {
    return kWarps<T> * Ring<Rows, T>::kBytes + RowKernel<Rows, T>::partial_floats(a) * kFloat;
  };
  if (T == 1 && a.owns_rows()) {
    a.chunk_steps = steps;
    a.block_pairs = (a.pairs + blocks - 1) / blocks;
    a.together = a.plan_pairs;  // so many at most
    const int fit = (all - fixed()) / (steps * step_bytes);
    a.together = fit < 0 ? 0 : fit < a.plan_pairs ? fit : a.plan_pairs;
    if (a.together) return fixed() + a.together * steps * step_bytes;
  }
  const int rows_bytes = padded<T>(a.tokens) * step_bytes, fit = (all - fixed()) / rows_bytes;
  const int chunks = (steps + fit - 1) / fit;
  a.chunk_steps = (steps + chunks - 1) / chunks;
  return fixed() + a.chunk_steps * rows_bytes;
}

template <class Rows, int T>
void launch_rows(Stream& stream, RowProduct a, int64_t parts) {
  if (T == 1) fold<Rows>(a);
  const int steps = (a.columns + Rows::kColumns - 1) / Rows::kColumns;
  a.split_bits = split_bits_for(parts * a.pairs, steps, stream.multiprocessors());
  const int64_t matrices = a.owns_rows() ? 1 : a.matrices;
  const int64_t tiles = ((a.pairs * matrices << a.split_bits) + kWarps<T> - 1) / kWarps<T>;
  const int64_t most = stream.multiprocessors();
  const int blocks = static_cast<int>(tiles < most ? tiles : most);
  const int bytes = share_memory<Rows, T>(a, blocks);
  KT_LAUNCH((multiply_rows_kernel<Rows, T>), dim3(static_cast<unsigned>(blocks)), dim3(kThreads<T>),
            bytes, stream, a);
}

template <class Weight>
struct RowsOf {
  using Type = BlockRows<Weight>;
  static constexpr bool kIsFloat = false;
};
#define KT_FLOATS(Weight)                  \
  template <>                              \
  struct RowsOf<Weight> {                  \
    using Type = FloatRows<Weight>;        \
    static constexpr bool kIsFloat = true; \
  }
KT_FLOATS(float);
KT_FLOATS(Float16);
KT_FLOATS(Bf16);
#undef KT_FLOATS

// Whether a type of blocks has a kernel for one token: those that large models are made of.
template <class Block>
constexpr bool kIsFrequent = false;
template <>
constexpr bool kIsFrequent<BlockQ4_0> = true;
template <>
constexpr bool kIsFrequent<BlockQ5_0> = true;
template <>
constexpr bool kIsFrequent<BlockQ8_0> = true;
template <>
constexpr bool kIsFrequent<BlockMXFP4> = true;
template <>
constexpr bool kIsFrequent<BlockQ2_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ3_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ4_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ5_K> = true;
template <>
constexpr bool kIsFrequent<BlockQ6_K> = true;
template <>
constexpr bool kIsFrequent<BlockIQ4_XS> = true;
template <int kGroup>
constexpr bool kIsFrequent<BlockQ4Group<kGroup>> = true;

template <class Weight>
void multiply_rows(Stream& stream, const RowProduct& a, int64_t parts) {
  using Rows = typename RowsOf<Weight>::Type;
  if constexpr (RowsOf<Weight>::kIsFloat || kIsFrequent<Weight>) {
    if (a.tokens == 1) return launch_rows<Rows, 1>(stream, a, parts);
  }
  launch_rows<Rows, kMostTokens>(stream, a, parts);
}

}  // namespace kt::cuda
