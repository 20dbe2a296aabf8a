// SPDX-License-Identifier: Apache-2.0
// Measures attention, see bench.h: one token over long caches and prompts.
#include <algorithm>
#include <cstring>
#include <vector>

#include "bench.h"
#include "samples.h"

namespace {

using namespace kt::test;

struct Shape {
  const char* name;
  int tokens, rows;  // the tokens are the last of the rows
  int heads, kv_heads, key_size, value_size;
  int sections;
  int window = 0;
};

// DeepSeek V3 has 128 heads, V2 Lite 16. Expanded heads have keys and values of their own, absorbed
// ones share the latents.
constexpr Shape kShapes[] = {
    {"128 latent heads, 1 token, 512 rows", 1, 512, 128, 1, 576, 512, 16},
    {"128 latent heads, 1 token, 4096 rows", 1, 4096, 128, 1, 576, 512, 16},
    {"128 latent heads, 1 token, 16384 rows", 1, 16384, 128, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 64 rows", 1, 64, 16, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 128 rows", 1, 128, 16, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 192 rows", 1, 192, 16, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 512 rows", 1, 512, 16, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 4096 rows", 1, 4096, 16, 1, 576, 512, 16},
    {"16 latent heads, 1 token, 16384 rows", 1, 16384, 16, 1, 576, 512, 16},
    {"128 latent heads, 32 tokens, 512 rows", 32, 512, 128, 1, 576, 512, 1},
    {"16 expanded heads, 512 tokens, 512 rows", 512, 512, 16, 16, 192, 128, 1},
    {"16 expanded heads, 512 tokens, 2048 rows", 512, 2048, 16, 16, 192, 128, 1},
    {"128 expanded heads, 512 tokens, 512 rows", 512, 512, 128, 128, 192, 128, 1},
    {"32 heads on 4, 1 token, 4096 rows", 1, 4096, 32, 4, 128, 128, 16},
    {"16 heads, 1 token, 4096 rows", 1, 4096, 16, 16, 128, 128, 4},
    {"32 heads on 4, 512 tokens, 512 rows", 512, 512, 32, 4, 128, 128, 1},
    {"64 heads on 8, 1 token, window of 128", 1, 16384, 64, 8, 64, 64, 8, 128},
    {"64 heads on 8, 512 tokens, window of 128", 512, 2048, 64, 8, 64, 64, 1, 128},
};

struct Cache {
  const char* name;
  kt::CacheType type;
  int64_t row_bytes(int values) const {
    switch (type) {
      case kt::CacheType::kF32: return values * int64_t{4};
      case kt::CacheType::kQ8_0: return values / kt::kBlock * int64_t{sizeof(kt::BlockQ8_0)};
      default: return values * int64_t{2};
    }
  }
};
constexpr Cache kCaches[] = {{"F16", kt::CacheType::kF16},
                             {"BF16", kt::CacheType::kBf16},
                             {"Q8_0", kt::CacheType::kQ8_0},
                             {"F32", kt::CacheType::kF32}};

void bench_attention(const Bench& bench, const Shape& s, const Cache& cache) {
  Random random;
  const bool is_expanded = s.key_size == 192;
  const bool rounds = cache.type != kt::CacheType::kF32 || is_expanded;
  const Padded<float> q = random.normals(int64_t{s.tokens} * s.heads * s.key_size);
  // A row has its heads side by side; expanded, a head has its rows one after another.
  const int64_t size = cache.row_bytes(s.key_size);
  const int64_t head = is_expanded ? s.rows * size : size;
  const int64_t row = is_expanded ? size : s.kv_heads * size;
  Padded<uint8_t> rows(s.rows * s.kv_heads * size);
  // Bytes that are small numbers in every type.
  for (int64_t i = 0; i < rows.size(); ++i) rows[i] = 0x20 | (i * 7 & 3);
  Padded<float> out(int64_t{s.tokens} * s.heads * s.value_size);
  Padded<float> sections(int64_t{s.tokens} * s.heads * s.sections * (s.value_size + 2));
  std::vector<int32_t> positions;
  double seen = 0;
  for (int row = s.rows - s.tokens; row < s.rows; ++row) {
    positions.push_back(row);
    seen += s.window > 0 ? std::min(s.window, row + 1) : row + 1;
  }
  const kt::AttentionArgs args{q.data(),
                               rows.data(),
                               rows.data(),
                               positions.data(),
                               positions.data(),
                               nullptr,
                               out.data(),
                               sections.data(),
                               int64_t{s.heads} * s.key_size,
                               s.key_size,
                               int64_t{s.heads} * s.value_size,
                               s.value_size,
                               row,
                               head,
                               row,
                               head,
                               s.tokens,
                               s.heads,
                               s.kv_heads,
                               s.key_size,
                               s.value_size,
                               s.sections,
                               s.window,
                               0,
                               0.1f,
                               cache.type,
                               rounds};
  const double operations = 2.0 * s.heads * seen * (s.key_size + s.value_size);
  bench.measure("attention", cache.name, s.name, static_cast<double>(rows.size()), operations, [&] {
    bench.stream.launch(bench.kernels.attention, args, kt::kAttentionShares, 1);
    if (s.sections == 1) return;
    bench.stream.launch(bench.kernels.attention_merge, args, int64_t{s.tokens} * s.heads, 16);
  });
}

}  // namespace

// Arguments: a table, and a part of the names of shapes, to measure these only; numbers of threads.
int main(int count, char** arguments) {
  const auto body = [&](const Bench& bench) {
    for (const Shape& shape : kShapes) {
      if (count > 2 && !std::strstr(shape.name, arguments[2])) continue;
      for (const Cache& cache : kCaches) {
        const bool is_expanded = shape.key_size == 192;  // from any cache to float32
        if (is_expanded && cache.type != kt::CacheType::kF32) continue;
        bench_attention(bench, shape, cache);
      }
    }
  };
  std::vector<kt::KernelTable> tables = all_tables();
  if (count > 1) {
    std::erase_if(tables, [&](const auto& t) { return std::strcmp(t.isa, arguments[1]) != 0; });
  }
  const bool has_threads = count > 3;
  measure_tables(tables, has_threads ? threads_from(count - 2, arguments + 2) : std::vector{1, 2},
                 body);
  return 0;
}
