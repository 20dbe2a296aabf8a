// SPDX-License-Identifier: Apache-2.0
// Rows of a matrix as floats.
#include "../kernels.h"
#include "decode_grids.cuh"
#include "decode_large.cuh"
#include "decode_small.cuh"

namespace kt::cuda {
namespace {

constexpr int kThreads = 128;

// A thread has a piece of a block, block y a token.
// COST reads a row and writes its floats, once. ERROR none: the values of the `gguf` package.
template <class Block>
__global__ void __launch_bounds__(kThreads) embed_blocks(EmbedArgs a) {
  using C = Codec<Block>;
  const int number = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
  const int block = number / C::kPieces, piece = number % C::kPieces;
  if (block >= a.weight.columns / Block::kWeights) return;
  const uint8_t* row = a.weight.data + a.tokens[blockIdx.y] * a.weight.row_bytes;
  const Block& w = reinterpret_cast<const Block*>(row)[block];
  float* out = a.out + int64_t{blockIdx.y} * a.weight.columns + block * Block::kWeights;
#pragma unroll
  for (int i = 0; i < C::kGranules; ++i) {
    uint32_t words[4];
    lowest_codes<C>(w, piece, i, words);
    const Scale scale = C::scale(w, piece, i);
#pragma unroll
    for (int n = 0; n < kGranule; ++n) {
      out[C::first(piece, i) + n] = weight<C>(words[n / 4], n % 4, scale);
    }
  }
}

// A thread has an element.
template <class Element>
__global__ void __launch_bounds__(kThreads) embed_floats(EmbedArgs a) {
  const int column = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
  if (column >= a.weight.columns) return;
  const uint8_t* row = a.weight.data + a.tokens[blockIdx.y] * a.weight.row_bytes;
  const Element& w = reinterpret_cast<const Element*>(row)[column];
  a.out[int64_t{blockIdx.y} * a.weight.columns + column] = Floats<Element>::value(w);
}

// Grids have at most so many rows.
constexpr int64_t kMostRows = 65535;

template <class Kernel>
void launch_embed(Stream& stream, const EmbedArgs& args, int64_t tokens, int pieces,
                  Kernel kernel) {
  const auto blocks = static_cast<unsigned>((pieces + kThreads - 1) / kThreads);
  for (int64_t first = 0; first < tokens; first += kMostRows) {
    EmbedArgs some = args;
    some.tokens += first;
    some.out += first * args.weight.columns;
    const int64_t count = tokens - first < kMostRows ? tokens - first : kMostRows;
    KT_LAUNCH(kernel, dim3(blocks, static_cast<unsigned>(count)), dim3(kThreads), 0, stream, some);
  }
}

}  // namespace

void embed(Stream& stream, const EmbedArgs& args, int64_t tokens) {
  const int columns = args.weight.columns;
  switch (args.weight.type) {
    case WeightType::kF32: return launch_embed(stream, args, tokens, columns, embed_floats<float>);
    case WeightType::kF16:
      return launch_embed(stream, args, tokens, columns, embed_floats<Float16>);
    case WeightType::kBF16: return launch_embed(stream, args, tokens, columns, embed_floats<Bf16>);
#define KT_CASE(name, number)                                                          \
  case WeightType::k##name:                                                            \
    return launch_embed(stream, args, tokens,                                          \
                        columns / Block##name::kWeights * Codec<Block##name>::kPieces, \
                        embed_blocks<Block##name>);
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
  }
}

}  // namespace kt::cuda
