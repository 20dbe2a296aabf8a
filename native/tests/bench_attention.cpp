// SPDX-License-Identifier: Apache-2.0
// Measures attention, see bench.h: one token over long caches and prompts, by one thread and by
// two.
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
};

// DeepSeek V3 has 128 heads. Prompts take 16 of them: expanded ones have keys of their own,
// absorbed ones share the latents.
constexpr Shape kShapes[] = {
    {"latent, 1 token, 512 rows", 1, 512, 128, 1, 576, 512, 16},
    {"latent, 1 token, 4096 rows", 1, 4096, 128, 1, 576, 512, 16},
    {"latent, 1 token, 16384 rows", 1, 16384, 128, 1, 576, 512, 16},
    {"latent, 512 tokens, 512 rows", 512, 512, 16, 1, 576, 512, 1},
    {"expanded, 512 tokens, 512 rows", 512, 512, 16, 16, 192, 128, 1},
    {"32 heads on 4, 1 token, 4096 rows", 1, 4096, 32, 4, 128, 128, 16},
    {"16 heads, 1 token, 4096 rows", 1, 4096, 16, 16, 128, 128, 4},
    {"32 heads on 4, 512 tokens, 512 rows", 512, 512, 32, 4, 128, 128, 1},
};

void bench_attention(const Bench& bench, const Shape& s) {
  Random random;
  const Padded<float> q = random.normals(int64_t{s.tokens} * s.heads * s.key_size);
  Padded<kt::Half> cache(int64_t{s.rows} * s.kv_heads * s.key_size);
  for (kt::Half& value : cache) value = random.small_half();
  Padded<float> out(int64_t{s.tokens} * s.heads * s.value_size);
  Padded<float> sections(int64_t{s.tokens} * s.heads * s.sections * (s.value_size + 2));
  std::vector<int32_t> positions;
  double seen = 0;
  for (int row = s.rows - s.tokens; row < s.rows; ++row) {
    positions.push_back(row);
    seen += row + 1;
  }
  const int64_t row = int64_t{s.kv_heads} * s.key_size;
  const kt::AttentionArgs args{q.data(),
                               cache.data(),
                               cache.data(),
                               positions.data(),
                               out.data(),
                               sections.data(),
                               int64_t{s.heads} * s.key_size,
                               s.key_size,
                               row,
                               s.key_size,
                               row,
                               s.key_size,
                               int64_t{s.heads} * s.value_size,
                               s.value_size,
                               s.tokens,
                               s.heads,
                               s.kv_heads,
                               s.key_size,
                               s.value_size,
                               s.sections,
                               0.1f,
                               true};
  const double operations = 2.0 * s.heads * seen * (s.key_size + s.value_size);
  const double bytes = static_cast<double>(cache.size()) * sizeof(kt::Half);
  bench.measure("attention", "F16", s.name, bytes, operations, [&] {
    bench.stream.launch(bench.kernels.attention, args, kt::kAttentionShares, 1);
    if (s.sections == 1) return;
    bench.stream.launch(bench.kernels.attention_merge, args, int64_t{s.tokens} * s.heads, 16);
  });
}

}  // namespace

int main() {
  measure_tables(all_tables(), {1, 2}, [](const Bench& bench) {
    for (const Shape& shape : kShapes) bench_attention(bench, shape);
  });
  return 0;
}
