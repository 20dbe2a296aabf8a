// SPDX-License-Identifier: Apache-2.0
// `linear` for many tokens: activations are rounded once, then tiles multiply (gemm_tile.cuh).
#include "../products.h"
#include "gemm_tiles.h"

namespace kt::cuda {
namespace {

constexpr int kMostSlices = 16;
constexpr int kLeastSteps = 4;  // of a slice
constexpr int64_t kPartialBytes = int64_t{16} << 20;
constexpr int64_t kRowBytes = int64_t{Stream::kScratchBytes} - kPartialBytes - 4096;

int smaller(int64_t a, int64_t b) { return static_cast<int>(a < b ? a : b); }

// Slices of the columns, so that few tiles keep all multiprocessors busy.
int slices_for(const Stream& stream, int64_t tiles, int columns, int tile_tokens) {
  const int64_t wanted = stream.multiprocessors() * tiles_together(tile_tokens) / tiles;
  const int64_t room = kPartialBytes / (tiles * partial_bytes(tile_tokens));
  const int steps = padded_columns(columns) / kTileDepth;
  const int slices = smaller(smaller(wanted, room), smaller(steps / kLeastSteps, kMostSlices));
  return slices < 1 ? 1 : slices;
}

// As many tokens as fit into scratch memory when rounded.
void multiply_some(Stream& stream, const LinearArgs& a, int groups, int first, int count) {
  Scratch scratch(stream);
  const int rows = groups * count, columns = a.weight.columns;
  const RoundedRows x = scratch.take_rows(rows, columns, a.weight.type);
  const auto* values = reinterpret_cast<const float*>(a.x.data + first * a.x.token_bytes);
  constexpr int64_t kBytes = sizeof(float);
  round_rows(stream, {values, a.x.token_bytes / kBytes, a.x.group_bytes / kBytes, nullptr, 1, count,
                      columns, a.weight.type, x});
  const int tile_tokens = tile_tokens_for(count);
  TileArgs tiles{};
  tiles.weight = a.weight.data;
  tiles.row_bytes = a.weight.row_bytes;
  tiles.matrix_bytes = a.outputs * a.weight.row_bytes;
  tiles.columns = columns;
  tiles.outputs = a.outputs;
  tiles.x = x;
  tiles.tokens = count;
  tiles.most_tiles = groups * ((count + tile_tokens - 1) / tile_tokens);
  tiles.out = a.out + first * a.out_token;
  tiles.out_token = a.out_token;
  tiles.out_matrix = a.out_group;
  const int64_t all = int64_t{tiles.most_tiles} * row_tiles(a.outputs, false);
  tiles.slices = slices_for(stream, all, columns, tile_tokens);
  tiles.partials = scratch.take<float>(0);
  tiles.tickets = stream.tickets();
  multiply_tiles(stream, tiles, a.weight.type, tile_tokens);
}

}  // namespace

void gemm(Stream& stream, const LinearArgs& args, int64_t rows) {
  const int groups = static_cast<int>(rows / args.outputs);
  const int64_t bytes = rounded_row_bytes(args.weight.columns, args.weight.type) * groups;
  const int most = smaller(kRowBytes / bytes, args.tokens);
  for (int first = 0; first < args.tokens; first += most) {
    multiply_some(stream, args, groups, first, smaller(most, args.tokens - first));
  }
}

}  // namespace kt::cuda
