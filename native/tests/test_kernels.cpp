// SPDX-License-Identifier: Apache-2.0
// Kernels without weights: norm, rotation, caches, attention, routing.
#include <algorithm>
#include <string>
#include <vector>

#include "samples.h"
#include "tables.h"

namespace {

using namespace kt::test;

constexpr int kGap = 3;  // NaN between rows

Outcome outcome(const Output<float>& out) {
  return {std::vector<float>(out.data(), out.data() + out.size()), out.intact()};
}

std::string label(const char* kernel, int64_t width) {
  return std::string(kernel) + " of width " + std::to_string(width);
}

int64_t chunks(int64_t count) { return (count + kt::kChunk - 1) / kt::kChunk; }

void test_rms_norm(int width) {
  Random random;
  const Padded<float> x = random.rows(5, width, kGap), weight = random.normals(width);
  compare(label("rms_norm", width), kSums, [&](const Launcher& launcher) {
    Output<float> out(5 * width);
    // A group of one row in each token.
    const kt::RmsNormArgs args{x.data(), weight.data(), out.data(), width + kGap, 0, width, 0,
                               1,        width,         1e-5f};
    launcher.run(&kt::KernelTable::rms_norm, args, 5);
    return outcome(out);
  });
}

void test_element_wise(int64_t count) {
  Random random;
  const Padded<float> x = random.normals(count), y = random.normals(count);
  compare(label("add", count), kExact, [&](const Launcher& launcher) {
    Output<float> out(count);
    launcher.run(&kt::KernelTable::add, kt::AddArgs{x.data(), y.data(), out.data(), count},
                 chunks(count));
    return outcome(out);
  });
}

void test_rope(int heads, int pairs, bool interleaved) {
  constexpr int kTokens = 3;
  Random random;
  const std::vector<int32_t> positions{0, 9, 4000};
  const Padded<float> frequencies = random.normals(pairs);
  const int width = 2 * pairs, stride = width + kGap;
  const Padded<float> x = random.rows(kTokens * heads, width, kGap);
  compare(label("rope", width), kExact, [&](const Launcher& launcher) {
    Output<float> table(kTokens * width), out(int64_t{kTokens} * heads * width);
    launcher.run(
        &kt::KernelTable::rope_table,
        kt::RopeTableArgs{positions.data(), frequencies.data(), table.data(), pairs, 1.25f},
        kTokens);
    const kt::RopeArgs args{x.data(),      table.data(), out.data(), heads * stride, stride,
                            heads * width, width,        heads,      pairs,          interleaved};
    launcher.run(&kt::KernelTable::rope, args, kTokens);
    Outcome result = outcome(out);
    result.intact = result.intact && table.intact();
    return result;
  });
}

template <class Value>
constexpr kt::CacheType kCacheType =
    sizeof(Value) == sizeof(kt::Half) ? kt::CacheType::kF16 : kt::CacheType::kF32;

template <class Value>
void test_store_rows(int width) {
  Random random;
  constexpr int kRows = 4;
  const Padded<float> rows = random.rows(3, width, kGap);
  const std::vector<int32_t> places{3, 0, 1};
  compare(label("store_rows", width), kExact, [&](const Launcher& launcher) {
    Output<Value> cache(kRows * width);
    std::fill(cache.begin(), cache.end(), Value{1});
    const kt::StoreRowsArgs args{rows.data(),
                                 places.data(),
                                 cache.data(),
                                 width + kGap,
                                 static_cast<int64_t>(width * sizeof(Value)),
                                 width,
                                 kCacheType<Value>};
    launcher.run(&kt::KernelTable::store_rows, args, 3);
    return Outcome{std::vector<float>(cache.begin(), cache.end()), cache.intact()};
  });
}

// Rows of values, each followed by a gap of NaN.
Padded<kt::Half> half_cache(int64_t rows, int width, Random& random) {
  Padded<kt::Half> cache(rows * (width + kGap));
  for (int64_t r = 0; r < rows; ++r) {
    for (int i = 0; i < width; ++i) cache[r * (width + kGap) + i] = random.small_half();
  }
  return cache;
}

struct Heads {
  int heads, kv_heads, key_size, value_size;
};

// What tokens see; 0: no limit.
struct Sight {
  std::vector<int32_t> positions, places;
  int window, chunk;
  bool has_sinks;
};

// Rows come in blocks of 64, and four blocks are the shortest section.
const std::vector<int32_t> kPositions{0, 63, 64, 127, 300, 530};
const Sight kSights[] = {{kPositions, kPositions, 0, 0, false},
                         {kPositions, kPositions, 60, 0, true},
                         {kPositions, kPositions, 0, 300, true},
                         // Three sequences, from the rows 0, 100 and 410 on.
                         {{0, 63, 99, 299, 3, 120}, {0, 63, 99, 399, 413, 530}, 0, 0, true}};
constexpr int kCacheRows = 531, kSections = 2;

template <class Value>
void test_attention(const Padded<Value>& k, const Padded<Value>& v, const Heads& h,
                    const Sight& sight, bool rounds) {
  const auto tokens = static_cast<int>(sight.positions.size());
  Random random;
  const Padded<float> q = random.normals(int64_t{tokens} * h.heads * h.key_size);
  const Padded<float> sinks = random.normals(h.heads);
  const Limit limit = rounds ? kRounded : kSums;
  compare(label("attention", h.key_size), limit, [&](const Launcher& launcher) {
    Output<float> out(int64_t{tokens} * h.heads * h.value_size);
    Output<float> sections(int64_t{tokens} * h.heads * kSections * (h.value_size + 2));
    const auto size = static_cast<int64_t>(sizeof(Value));
    const int64_t k_head = (h.key_size + kGap) * size, v_head = (h.value_size + kGap) * size;
    const kt::AttentionArgs args{q.data(),
                                 k.data(),
                                 v.data(),
                                 sight.positions.data(),
                                 sight.places.data(),
                                 sight.has_sinks ? sinks.data() : nullptr,
                                 out.data(),
                                 sections.data(),
                                 int64_t{h.heads} * h.key_size,
                                 h.key_size,
                                 int64_t{h.heads} * h.value_size,
                                 h.value_size,
                                 h.kv_heads * k_head,
                                 k_head,
                                 h.kv_heads * v_head,
                                 v_head,
                                 tokens,
                                 h.heads,
                                 h.kv_heads,
                                 h.key_size,
                                 h.value_size,
                                 kSections,
                                 sight.window,
                                 sight.chunk,
                                 0.3f,
                                 kCacheType<Value>,
                                 rounds};
    launcher.run(&kt::KernelTable::attention, args, kt::kAttentionShares);
    launcher.run(&kt::KernelTable::attention_merge, args, int64_t{tokens} * h.heads);
    Outcome result = outcome(out);
    result.intact = result.intact && sections.intact();
    return result;
  });
}

void test_attention(const Heads& h, const Sight& sight) {
  Random random;
  const int64_t rows = kCacheRows * h.kv_heads;
  for (bool rounds : {false, true}) {
    test_attention<float>(random.rows(rows, h.key_size, kGap),
                          random.rows(rows, h.value_size, kGap), h, sight, rounds);
    test_attention<kt::Half>(half_cache(rows, h.key_size, random),
                             half_cache(rows, h.value_size, random), h, sight, rounds);
  }
}

void test_routing(int experts, int used, int groups, bool is_sigmoid) {
  constexpr int kTokens = 5;
  Random random;
  const Padded<float> logits = random.normals(kTokens * experts), bias = random.normals(experts);
  compare(label("router", experts), kExact, [&](const Launcher& launcher) {
    Output<int32_t> ids(kTokens * used), plan(kt::plan_size(kTokens * used, experts));
    Output<float> weights(kTokens * used);
    const kt::RouterArgs args{logits.data(), bias.data(), ids.data(), weights.data(),
                              experts,       used,        groups,     std::max(1, groups / 2),
                              2.5f,          is_sigmoid,  true};
    launcher.run(&kt::KernelTable::router, args, kTokens);
    launcher.run(&kt::KernelTable::expert_plan,
                 kt::ExpertPlanArgs{ids.data(), plan.data(), kTokens * used, experts}, 1);
    Outcome result = outcome(weights);
    result.intact = result.intact && ids.intact() && plan.intact();
    result.values.insert(result.values.end(), ids.begin(), ids.end());
    result.values.insert(result.values.end(), plan.begin(), plan.end());
    return result;
  });
}

}  // namespace

int main() {
  report_tables();
  for (int width : {1, 7, 16, 33, 63, 64, 65, 200}) {
    test_rms_norm(width);
    test_element_wise(width);
    test_store_rows<float>(width);
    test_store_rows<kt::Half>(width);
    for (bool interleaved : {false, true}) test_rope(3, width, interleaved);
  }
  for (const Sight& sight : kSights) {
    test_attention({2, 1, 1, 1}, sight);
    test_attention({8, 4, 24, 24}, sight);
    test_attention({21, 3, 37, 50}, sight);
    test_attention({40, 1, 70, 64}, sight);
  }
  for (bool is_sigmoid : {false, true}) {
    test_routing(1, 1, 1, is_sigmoid);
    test_routing(24, 6, 1, is_sigmoid);
    test_routing(24, 6, 4, is_sigmoid);
  }
  return result();
}
