// SPDX-License-Identifier: Apache-2.0
// Routed experts for many tokens: the pairs of a plan, some thousands at a time, are rounded in the
// plan's order, and tiles of tokens of the same expert multiply (gemm_tile.cuh). What `down` makes
// of pairs is summed by token in an own kernel, in the order of a token's experts.
#include "../device.cuh"
#include "../products.h"
#include "gemm_tiles.h"

namespace kt::cuda {
namespace {

constexpr int kListThreads = kMaxExperts;
constexpr int kSumThreads = 256;
constexpr int64_t kProductBytes = int64_t{24} << 20;
constexpr int64_t kRowBytes = int64_t{28} << 20;
constexpr int64_t kMostPairs = 32768;  // at a time: products of a tile of rows must fit
static_assert(kMostPairs * kTileRows * sizeof(float) <= kProductBytes);

int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Pairs first..first + count in the order of the plan.
struct Pairs {
  const int32_t* plan;
  int all, experts, first, count;
};

// The tiles of tokens of these pairs, expert by expert, and their number. One block; a thread for
// each expert.
__global__ void __launch_bounds__(kListThreads)
    list_tiles(Pairs pairs, int tile_tokens, TokenTile* tiles, int* tile_count) {
  __shared__ int totals[kListThreads / 32];
  const int expert = static_cast<int>(threadIdx.x), lane = expert % 32, warp = expert / 32;
  int first = 0, count = 0;
  if (expert < pairs.experts) {
    const int begin = pairs.plan[expert], end = pairs.plan[expert + 1];
    first = max(begin, pairs.first);
    count = max(min(end, pairs.first + pairs.count) - first, 0);
  }
  const int own = (count + tile_tokens - 1) / tile_tokens;
  int up_to = own;  // tiles of the experts up to this one
  for (int lanes = 1; lanes < 32; lanes *= 2) {
    const int before = __shfl_up_sync(0xffffffffu, up_to, lanes);
    if (lane >= lanes) up_to += before;
  }
  if (lane == 31) totals[warp] = up_to;
  __syncthreads();
  for (int w = 0; w < warp; ++w) up_to += totals[w];
  if (expert == kListThreads - 1) *tile_count = up_to;
  TokenTile* out = tiles + up_to - own;
  for (int i = 0; i < own; ++i) {
    const int from = first - pairs.first + i * tile_tokens;
    out[i] = {expert, from, min(count - i * tile_tokens, tile_tokens), from};
  }
}

// places[p] is where pair p stands in the plan.
__global__ void __launch_bounds__(kSumThreads)
    find_places(const int32_t* pairs, int count, int32_t* places) {
  const int i = static_cast<int>(blockIdx.x) * kSumThreads + static_cast<int>(threadIdx.x);
  if (i < count) places[pairs[i]] = i;
}

// Some outputs of all tokens: those of the pairs whose products are there are added.
struct SumArgs {
  const float* products;  // [pairs.count, outputs]
  const float* bias;      // [experts, all_outputs] or null
  const float* weights;
  const int32_t* places;
  const float* start;  // or null
  float* out;
  Pairs pairs;
  int outputs, all_outputs, pairs_per_token;
};

// The expert whose pairs include place i: the last one that begins there or before.
__device__ int expert_of(const int32_t* offsets, int experts, int place) {
  int low = 0, high = experts;  // offsets[low] <= place < offsets[high]
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (offsets[middle] <= place ? low : high) = middle;
  }
  return low;
}

// COST reads 4 bytes for each pair and output, and reads and writes 4 for each token and output.
__global__ void __launch_bounds__(kSumThreads) sum_pairs(SumArgs a) {
  const int64_t token = blockIdx.x;
  float* out = a.out + token * a.all_outputs;
  const float* start = a.start ? a.start + token * a.all_outputs : nullptr;
  // Behind the last offset stand pairs of experts that are elsewhere.
  const int count = min(a.pairs.count, a.pairs.plan[a.pairs.experts] - a.pairs.first);
  for (int i = static_cast<int>(threadIdx.x); i < a.outputs; i += kSumThreads) {
    float sum = start ? start[i] : 0.0f;
    for (int k = 0; k < a.pairs_per_token; ++k) {
      const int pair = static_cast<int>(token) * a.pairs_per_token + k, place = a.places[pair];
      const int row = place - a.pairs.first;
      if (row < 0 || row >= count) continue;
      float product = a.products[int64_t{row} * a.outputs + i];
      if (a.bias) {
        const int expert = expert_of(a.pairs.plan, a.pairs.experts, place);
        product += a.bias[int64_t{expert} * a.all_outputs + i];
      }
      sum = fmaf(a.weights[pair], product, sum);
    }
    out[i] = sum;
  }
}

// Tiles for some pairs, and scratch memory behind them.
struct Round {
  Scratch scratch;
  RoundedRows x;
  TokenTile* tiles;
  int* tile_count;
  int most_tiles, tile_tokens;

  Round(Stream& stream, Scratch behind, const Pairs& pairs, const Matrix& weight)
      : scratch(behind) {
    const int active = static_cast<int>(most_active(pairs.all, pairs.experts));
    tile_tokens = tile_tokens_for(pairs.all / active);
    most_tiles = active + pairs.count / tile_tokens;
    tiles = scratch.take<TokenTile>(most_tiles);
    tile_count = scratch.take<int>(1);
    x = scratch.take_rows(pairs.count, weight.columns, weight.type);
    KT_LAUNCH(list_tiles, 1, kListThreads, 0, stream, pairs, tile_tokens, tiles, tile_count);
  }

  TileArgs args(const Matrix& weight) const {
    TileArgs result{};
    result.weight = weight.data;
    result.row_bytes = weight.row_bytes;
    result.columns = weight.columns;
    result.x = x;
    result.tiles = tiles;
    result.tile_count = tile_count;
    result.most_tiles = most_tiles;
    result.slices = 1;
    return result;
  }
};

// Calls body(pairs) for as many pairs at a time as fit into scratch memory.
template <class Body>
void for_pairs(const int32_t* plan, int all, int experts, const Matrix& weight, const Body& body) {
  const int64_t most =
      smaller(kRowBytes / rounded_row_bytes(weight.columns, weight.type), kMostPairs);
  for (int first = 0; first < all; first += static_cast<int>(most)) {
    body(Pairs{plan, all, experts, first, static_cast<int>(smaller(most, all - first))});
  }
}

// hidden = a product, or with `activates` what becomes of it and another: of that of `second`, or,
// without one, of what hidden holds.
void multiply_up(Stream& stream, const ExpertsUpArgs& a, const Pairs& pairs, const Matrix& weight,
                 const Activations& x, const Matrix* second, bool activates) {
  const Round round(stream, Scratch(stream), pairs, weight);
  const int32_t* some = a.plan + a.experts + 1 + pairs.first;
  round_rows(stream,
             {reinterpret_cast<const float*>(x.data), x.token_bytes / int64_t{sizeof(float)}, 0,
              some, a.pairs_per_token, pairs.count, weight.columns, weight.type, round.x});
  TileArgs tiles = round.args(weight);
  tiles.second = second ? second->data : nullptr;
  tiles.matrix_bytes = a.outputs * weight.row_bytes;
  tiles.outputs = a.outputs;
  tiles.out = reinterpret_cast<float*>(a.hidden + pairs.first * a.hidden_bytes);
  tiles.out_token = a.hidden_bytes / int64_t{sizeof(float)};
  tiles.activates = activates;
  tiles.bias = a.gate_bias;
  tiles.second_bias = a.up_bias;
  tiles.activation = a.activation;
  multiply_tiles(stream, tiles, weight.type, round.tile_tokens);
}

void raise(Stream& stream, const ExpertsUpArgs& a, const Pairs& pairs) {
  if (a.gate.type == a.up.type && a.gate.row_bytes == a.up.row_bytes &&
      a.gate_x.data == a.up_x.data) {
    return multiply_up(stream, a, pairs, a.gate, a.gate_x, &a.up, true);
  }
  multiply_up(stream, a, pairs, a.up, a.up_x, nullptr, false);
  multiply_up(stream, a, pairs, a.gate, a.gate_x, nullptr, true);
}

void lower(Stream& stream, const ExpertsDownArgs& a, const Pairs& pairs) {
  Scratch scratch(stream);
  auto* places = scratch.take<int32_t>(a.pairs);
  const auto blocks = static_cast<unsigned>((a.pairs + kSumThreads - 1) / kSumThreads);
  KT_LAUNCH(find_places, dim3(blocks), kSumThreads, 0, stream, a.plan + a.experts + 1, a.pairs,
            places);
  Round round(stream, scratch, pairs, a.weight);
  const auto* hidden =
      reinterpret_cast<const float*>(a.hidden.data + pairs.first * a.hidden.token_bytes);
  round_rows(stream, {hidden, a.hidden.token_bytes / int64_t{sizeof(float)}, 0, nullptr, 1,
                      pairs.count, a.weight.columns, a.weight.type, round.x});
  const int64_t fitting = kProductBytes / (pairs.count * int64_t{sizeof(float)});
  const int most = static_cast<int>(fitting / kTileRows * kTileRows);
  for (int first = 0; first < a.outputs; first += most) {
    TileArgs tiles = round.args(a.weight);
    tiles.weight += first * a.weight.row_bytes;
    tiles.matrix_bytes = a.outputs * a.weight.row_bytes;
    tiles.outputs = static_cast<int>(smaller(most, a.outputs - first));
    Scratch behind = round.scratch;
    tiles.out = behind.take<float>(int64_t{pairs.count} * tiles.outputs);
    tiles.out_token = tiles.outputs;
    multiply_tiles(stream, tiles, a.weight.type, round.tile_tokens);
    const float* start = pairs.first > 0 ? a.out : a.start;
    KT_LAUNCH(sum_pairs, dim3(static_cast<unsigned>(a.tokens)), kSumThreads, 0, stream,
              SumArgs{tiles.out, a.bias ? a.bias + first : nullptr, a.weights, places,
                      start ? start + first : nullptr, a.out + first, pairs, tiles.outputs,
                      a.outputs, a.pairs_per_token});
  }
}

}  // namespace

void experts_up_gemm(Stream& stream, const ExpertsUpArgs& args) {
  for_pairs(args.plan, args.pairs, args.experts, args.gate,
            [&](const Pairs& pairs) { raise(stream, args, pairs); });
}

void experts_down_gemm(Stream& stream, const ExpertsDownArgs& args) {
  for_pairs(args.plan, args.pairs, args.experts, args.weight,
            [&](const Pairs& pairs) { lower(stream, args, pairs); });
}

}  // namespace kt::cuda
