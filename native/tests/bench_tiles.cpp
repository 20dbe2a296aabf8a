// SPDX-License-Identifier: Apache-2.0
// Measures what products on tiles consist of, each part alone and all together: tiles of what lies
// in the first cache, with all activations of a batch, and with all sums, too; unpacking; copying
// activations together. Each does what 256 rows of Q4_K with 7168 columns need of it, on all
// threads at once. Prints JSON like bench_kernels. Takes numbers of threads.
#include <immintrin.h>

#include <atomic>
#include <memory>

#include "bench.h"
#include "weights.h"

namespace kt::tile_parts {
namespace {

#include "../isa/set512.inl"

#include "../isa/tile_shapes.inl"

#include "../isa/tiles_amx.inl"

#include "../isa/tile_steps.inl"

}  // namespace
}  // namespace kt::tile_parts

#define KT_ISA tile_parts
#define KT_NEEDS (kAvx2 | kAvx512 | kVnni | kBf16 | kAmx)
#define KT_STORED_PANELS
#define KT_TILES
#include "../isa/kernels.inl"

namespace kt::tile_parts {
namespace {

using namespace kt::test;

constexpr int kWidth = 7168, kMost = 256;
constexpr int64_t kTotalBytes = int64_t{640} << 20;  // twice the last cache of a large server
constexpr int kItems = 16;                           // of each thread, in a run

// What a thread works on. x: activations as operators leave them.
struct Room {
  WeightTiles weights[2] = {};
  TokenTiles tokens[kMost / kSide] = {};
  TileSums sums = {};
  alignas(64) uint16_t x[kMost][kWidth] = {};
  std::unique_ptr<float[]> out{new float[kMost * kRows]};

  Tokens all(int count) const {
    return {reinterpret_cast<const uint8_t*>(x[0]),
            sizeof x[0],
            Form::kBf16,
            out.get(),
            kRows,
            count,
            nullptr,
            1};
  }
};

struct Near {
  bool tokens, sums;  // those of one step only, which the first cache keeps
};

void multiply(Room& room, int count, Near near) {
  Tiles tiles(whole_tiles());
  for (int column = 0; column < kWidth; column += kTileColumns) {
    for (int block = 0; block < kRows / kTileRows; ++block) {
      for (int n = 0; n < count; n += 2 * kSide) {
        const TokenTiles* x = room.tokens + (near.tokens ? 0 : n / kSide);
        RowSums* sums = room.sums.at[near.sums ? 0 : block] + (near.sums ? 0 : n);
        const int few = static_cast<int>(smaller(2 * kSide, count - n));
        multiply_tiles(tiles, room.weights[0], x, few, kSteps, kTileRows, sums, column > 0, [] {});
      }
    }
  }
}

void unpack(Room& room, const Matrix& weight) {
  const WeightBlocks blocks(weight, weight.data, kRows, false);
  for (int i = 0; i < blocks.count(); ++i) {
    blocks.prefetch(blocks.at(i + 1));
    Unpacking unpacking(weight, blocks.at(i), room.weights[i % 2]);
    for (int piece = unpacking.pieces(); piece > 0; --piece) unpacking.next();
  }
}

void copy(Room& room, int count) {
  for (int column = 0; column < kWidth; column += kTileColumns) {
    copy_tokens(room.all(count), 0, count, column, kTileColumns, room.tokens);
  }
}

class Parts {
 public:
  Parts(const Bench& bench, ThreadPool& pool, const InterleavedMatrices& weights)
      : bench_(bench), pool_(pool), weights_(weights) {}

  template <class Body>
  void measure(const char* part, int count, const Body& body) {
    char shape[40];
    std::snprintf(shape, sizeof shape, "%d x %d x %d", count, kRows, kWidth);
    const int items = kItems * bench_.threads;
    const double products = 2.0 * items * count * kRows * kWidth;
    bench_.measure(part, "Q4_K", shape, static_cast<double>(items * weights_.size_of_one()),
                   products, [&] {
                     pool_.run(items, 1, [&](Range part) {
                       thread_local const auto room = std::make_unique<Room>();
                       for (int64_t i = part.begin; i < part.end; ++i) body(*room);
                     });
                   });
  }
  Matrix next() { return weights_.at(turn_.fetch_add(1) % weights_.count); }

 private:
  const Bench& bench_;
  ThreadPool& pool_;
  const InterleavedMatrices& weights_;
  std::atomic<int> turn_{0};
};

void measure(Parts& parts, const InterleavedMatrices& weights, int count) {
  const auto tiles = [&](const char* name, Near near) {
    parts.measure(name, count, [=](Room& room) { multiply(room, count, near); });
  };
  tiles("tiles", {true, true});
  tiles("tiles, all activations", {false, true});
  tiles("tiles, all activations and sums", {false, false});
  parts.measure("unpacking", count, [&](Room& room) { unpack(room, weights.at(0)); });
  parts.measure("unpacking, from memory", count, [&](Room& room) { unpack(room, parts.next()); });
  parts.measure("copying activations", count, [=](Room& room) { copy(room, count); });
  const auto product = [=](Room& room, const Matrix& weight) {
    multiply_on_tiles(weight, weight.data, kRows, room.all(count));
  };
  parts.measure("product", count, [&](Room& room) { product(room, weights.at(0)); });
  parts.measure("product, from memory", count, [&](Room& room) { product(room, parts.next()); });
}

}  // namespace
}  // namespace kt::tile_parts

int main(int count, char** arguments) {
  using namespace kt::test;
  namespace parts = kt::tile_parts;
  if ((kt::detect_features() & kt::kAmx) == 0) {
    std::fprintf(stderr, "This processor has no tiles (AMX), or the system does not allow them.\n");
    return 1;
  }
  const std::string name = "Q4_K";
  const TypeInfo& type = type_named(name);
  const int64_t size = parts::kRows * kt::interleaved_row_bytes(type.type, parts::kWidth);
  const InterleavedMatrices weights(type, static_cast<int>(parts::kTotalBytes / size), parts::kRows,
                                    parts::kWidth);
  bool first = true;
  std::printf("{\"measurements\": [");
  for (int threads : threads_from(count, arguments)) {
    kt::ThreadPool pool(threads);
    kt::Stream stream(pool, kt::kernels());
    const Bench bench{stream, kt::kernels(), threads, first};
    parts::Parts all(bench, pool, weights);
    for (int tokens : {16, 64, 128, 256}) parts::measure(all, weights, tokens);
  }
  std::printf("\n]}\n");
  return 0;
}
