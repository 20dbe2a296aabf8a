// SPDX-License-Identifier: Apache-2.0
// The CPU kernels: their arguments, one table of versions per instruction set, and the choice.
//
// Definitions in plain torch: ktdesk/kernels/reference.py. T tokens, H heads, E experts, K experts
// per token. Strides count elements unless the name says bytes.
//
// This header is compiled under every instruction set, so it includes nothing from the C++
// library: an inline function compiled with AVX-512 could replace the baseline one at link time. So
// could one of our own, if a compiler does not inline it: those of headers are static.
#pragma once

#include <stdint.h>

#include "kt/interleaved.h"
#include "kt/quant.h"

// Every kernel that all devices have, its arguments, and the fewest items that are worth a thread
// of their own.
#define KT_DEVICE_KERNELS(X)            \
  X(embed, EmbedArgs, 1)                \
  X(rms_norm, RmsNormArgs, 1)           \
  X(add_rms_norm, AddRmsNormArgs, 1)    \
  X(linear, LinearArgs, 16)             \
  X(rope_table, RopeTableArgs, 1)       \
  X(rope, RopeArgs, 1)                  \
  X(store_rows, StoreRowsArgs, 16)      \
  X(load_rows, LoadRowsArgs, 4)         \
  X(attention, AttentionArgs, 1)        \
  X(attention_merge, AttentionArgs, 16) \
  X(add, AddArgs, 64)                   \
  X(bias_rows, BiasRowsArgs, 1)         \
  X(weigh_rows, WeighRowsArgs, 1)       \
  X(to_bf16, ToBf16Args, 1)             \
  X(router, RouterArgs, 1)              \
  X(expert_plan, ExpertPlanArgs, 1)     \
  X(experts_up, ExpertsUpArgs, 1)       \
  X(experts_down, ExpertsDownArgs, 1)

// Those that only the CPU has.
#define KT_CPU_KERNELS(X)          \
  X(quantize, QuantizeArgs, 64)    \
  X(interleave, InterleaveArgs, 1) \
  X(requantize, RequantizeArgs, 1)

#define KT_KERNELS(X) KT_DEVICE_KERNELS(X) KT_CPU_KERNELS(X)

namespace kt {

// Half-open range of items that one thread computes.
struct Range {
  int64_t begin;
  int64_t end;
};

// Element-wise kernels take this many elements as one item.
constexpr int kChunk = 64;

// How the rows of a matrix lie: each as in the model file, or sixteen interleaved.
enum class Layout : int { kStored, kInterleaved };

// Rows of blocks. Interleaved rows can only be reached sixteen at a time.
struct Matrix {
  const uint8_t* data;
  int64_t row_bytes;
  int columns;
  WeightType type;
  Layout layout;
};

// What activations are made of: float32, int8 blocks (quant.h), or bfloat16.
enum class Form : int { kFloat, kQ8, kBf16 };

// Activations, in a form that the kernels of this machine want for the matrix that they meet.
struct Activations {
  const uint8_t* data;
  int64_t token_bytes;  // from one token to the next
  int64_t group_bytes;  // from one group (head) of a token to the next
  Form form;
};

// out[t] = weight[tokens[t]], dequantised. Item: token.
struct EmbedArgs {
  Matrix weight;
  const int32_t* tokens;
  float* out;  // [T, columns]
};

// out[t, g, i] = x[t, g, i] * weight[i] / sqrt(mean_i(x[t, g, i]^2) + eps). Item: row.
struct RmsNormArgs {
  const float* x;
  const float* weight;
  float* out;  // may be x
  int64_t x_token, x_group, out_token, out_group;
  int groups, width;
  float eps;
};

// sum = x + factor * change, of rows one after another, and out as of rms_norm of that. Item: row.
struct AddRmsNormArgs {
  const float* x;
  const float* change;
  const float* weight;
  float* sum;  // may be x
  float* out;
  int width;
  float factor, eps;
};

// Activations to int8 blocks. Item: block of 32; rows of a token are its groups.
struct QuantizeArgs {
  const float* x;
  uint8_t* out;  // [T * groups, q8_row_bytes(width)]
  int64_t token_stride, group_stride;
  int groups, width;  // width: multiple of 32
};

// Activations rounded to bfloat16. Item: row, a group of a token.
struct ToBf16Args {
  const float* x;
  uint16_t* out;
  int64_t token_stride, group_stride, out_token, out_group;
  int groups, width;
};

// Stored rows to interleaved ones. Item: panel of kPanelRows rows.
struct InterleaveArgs {
  Matrix stored;
  uint8_t* out;  // [rows, interleaved_row_bytes]
};

// Stored rows to rows of another type (requantize.inl has those), each weight dequantised and made
// anew. Item: row.
struct RequantizeArgs {
  Matrix weight;
  WeightType type;
  uint8_t* out;
  int64_t out_row_bytes;
};

// out[t, g, n] = sum_d weight[g * outputs + n, d] * x[t, g, d]. Item: row of the weight.
// COST reads the weight once for every 4 tokens from cache, once in all from memory.
struct LinearArgs {
  Matrix weight;
  Activations x;
  float* out;
  int64_t out_token, out_group;  // strides of out
  int tokens, outputs;
};

// out[t, p] = (cos, sin)(positions[t] * frequencies[p]) * scale. Item: token.
struct RopeTableArgs {
  const int32_t* positions;
  const float* frequencies;
  float* out;  // [T, pairs, 2]
  int pairs;
  float scale;
};

// Turns each pair of every head by the table's angle. Item: token.
struct RopeArgs {
  const float* x;
  const float* table;  // [T, pairs, 2]
  float* out;          // may be x
  int64_t x_token, x_head, out_token, out_head;
  int heads, pairs;
  bool interleaved;  // pairs (2i, 2i+1), else (i, i + pairs)
};

// What the rows of a cache are made of; of Q8_0 (blocks.h), heads and widths are whole blocks.
enum class CacheType : int { kF32, kF16, kBf16, kQ8_0 };

// cache[places[t]] = rows[t], rounded to what the cache is made of. Item: token.
struct StoreRowsArgs {
  const float* rows;
  const int32_t* places;
  void* cache;
  int64_t rows_stride, cache_row_bytes;
  int width;
  CacheType type;
};

// out[r, h] = cache[r], the same for every head. Item: row.
struct LoadRowsArgs {
  const void* cache;
  float* out;
  int64_t cache_row_bytes, out_row, out_head;
  int heads, width;
  CacheType type;
};

// Token t has the cache row places[t], in front of which stand the rows of its sequence from
// position 0 on. It attends to these and itself: to all, the last `window` of them, or those from a
// position that is a multiple of `chunk` on. What no query of a tile sees is not read. A sink is a
// score that counts as one more row's, whose value is zero. Item: one of kAttentionShares equal
// shares of the work, which is known only when the kernel runs and reads the positions.
// With max_sections > 1 the rows may be split, and attention_merge must follow. Item: (token,
// head). Tokens that stand apart are computed as if each were a call's only one, bit for bit. COST
// reads a cache row once for every 32 queries, heads or tokens, that share its key head; where
// these are rounded, for every 128. ERROR that of float32 sums; where `rounds`, tables whose
// products of bfloat16 are fast take queries, keys, values and weights in it, and GPUs queries and
// weights in float16 beside a cache of that.
constexpr int kMaxHeadSize = 1024;  // of keys and of values
constexpr int kAttentionShares = 1024;
struct AttentionArgs {
  const float* q;  // [T, heads, key_size]
  const void* k;
  const void* v;
  const int32_t* positions;
  const int32_t* places;
  const float* sinks;  // [heads] or null
  float* out;          // [T, heads, value_size]
  float* sections;     // [T, heads, max_sections, value_size + 2]; unused if max_sections is 1
  int64_t q_token, q_head, out_token, out_head;
  int64_t k_row_bytes, k_head_bytes, v_row_bytes, v_head_bytes;
  int tokens, heads, kv_heads, key_size, value_size, max_sections;
  int window, chunk;  // 0: no limit
  float scale;
  CacheType type;
  bool rounds;
  bool apart = false;
};

// out = x + factor * y. Item: kChunk elements.
struct AddArgs {
  const float* x;
  const float* y;
  float* out;  // may be x
  int64_t count;
  float factor = 1;
};

// x[t] += bias. Item: row.
struct BiasRowsArgs {
  float* x;
  const float* bias;  // [width]
  int64_t x_stride;
  int width;
};

// out[t] = x[t] * weights[t], or * sigmoid(weights[t]). Item: row.
struct WeighRowsArgs {
  const float* x;
  const float* weights;
  float* out;  // may be x
  int64_t x_stride, weights_stride, out_stride;
  int width;
  bool is_logit;
};

// The K best experts of each token, best first, and their weights. Item: token.
constexpr int kMaxExperts = 1024;
struct RouterArgs {
  const float* logits;  // [T, E]
  const float* bias;    // [E] or null; counts for the choice only
  int32_t* ids;         // [T, K]
  float* weights;       // [T, K]
  int experts, experts_per_token, groups, groups_used;
  float scale;
  bool is_sigmoid, normalize;
};

// Pairs p = t * K + k grouped by expert: E + 1 offsets; then the pairs, ascending within an expert;
// then the number of experts that have pairs, and those. Item: one, all of it.
// Where some experts are elsewhere, `slots` says which of E matrices an id means, or E for none:
// pairs of those stand behind all others, where no offset leads.
struct ExpertPlanArgs {
  const int32_t* ids;  // [pairs], each in [0, experts), or an index of `slots`
  int32_t* plan;       // [plan_size(pairs, experts)]
  int pairs, experts;
  const int32_t* slots = nullptr;
};
static constexpr int64_t most_active(int64_t pairs, int64_t experts) {
  return pairs < experts ? pairs : experts;
}
static constexpr int64_t plan_size(int64_t pairs, int64_t experts) {
  return experts + 1 + pairs + 1 + most_active(pairs, experts);
}

// What becomes of gate g and up u. Models clamp as gpt-oss does: g to at most 7, u to [-7, 7], then
// g * sigmoid(1.702 * g) * (u + 1). GELU by the hyperbolic tangent, or by the error function.
enum class Activation : int { kSilu, kGelu, kGeluErf, kClampedSilu };

// hidden[i] = activation(gate[e] x[t] + gate_bias[e], up[e] x[t] + up_bias[e]) for the i-th pair of
// the plan, in the form that `down` wants. Item: one of up_shares equal shares of the work, which
// is known only when the kernel runs and reads the plan, so that all threads have about the same to
// do however the tokens fall. Rows are read from multiples of kBlock on. COST reads the matrices of
// the active experts once from memory.
static constexpr int64_t up_shares(int64_t outputs, int64_t pairs, int64_t experts) {
  return (outputs + kBlock - 1) / kBlock * most_active(pairs, experts);
}
struct ExpertsUpArgs {
  Matrix gate, up;         // experts * outputs rows
  const float* gate_bias;  // [experts, outputs] or null
  const float* up_bias;
  Activations gate_x, up_x;
  const int32_t* plan;
  uint8_t* hidden;
  int64_t hidden_bytes;  // from row to row
  Form hidden_form;
  int pairs, experts, outputs, pairs_per_token;
  Activation activation;
};

// out[t] = start[t] + sum of weights[p] * (weight[expert of p] hidden[p] + bias[expert of p]) over
// the pairs p of t. Item: kOutputRows rows of every active expert's matrix.
// COST reads the matrices of the active experts once from memory.
constexpr int kOutputRows = 16;
static constexpr int64_t down_items(int64_t outputs) {
  return (outputs + kOutputRows - 1) / kOutputRows;
}
struct ExpertsDownArgs {
  Matrix weight;      // experts * outputs rows
  const float* bias;  // [experts, outputs] or null
  Activations hidden;
  const int32_t* plan;
  const float* weights;  // [pairs]
  const float* start;    // [tokens, outputs], may be out; null means zero
  float* out;            // [tokens, outputs]
  int tokens, pairs, experts, outputs, pairs_per_token;
};

// CPU features, as bits. The last is no feature: it stands for being asked for by name.
enum Feature : unsigned {
  kAvx2 = 1,
  kAvx512 = 2,
  kVnni = 4,
  kBf16 = 8,
  kAmx = 16,
  kAvxVnni = 32,
  kAskedFor = 64
};

// One version of each kernel. A null entry means: not faster here, use the table below.
struct KernelTable {
  const char* isa;
  unsigned needs;         // features that must all be present
  bool has_tiles;         // whether products also take activations in bfloat16
  bool rounds_attention;  // whether attention takes in bfloat16 what may be rounded
  constexpr bool runs_on(unsigned features) const { return (features & needs) == needs; }
#define KT_FIELD(name, Args, grain) void (*name)(const Args&, Range) noexcept;
  KT_KERNELS(KT_FIELD)
#undef KT_FIELD
};

// The tables of this build, fastest first, ending with a null pointer. The last runs anywhere.
extern const KernelTable* const kTables[];

// Features that this CPU has and the operating system enables, for tiles after asking it to.
unsigned detect_features() noexcept;

// For each kernel, the fastest version that `features` allow. `isa`, if not null, names the fastest
// table to consider; only so one is
// found that needs to be asked for. The result is empty, its isa null, if this build has no table
// of that name.
KernelTable resolve(unsigned features, const char* isa) noexcept;

// The kernels of this machine. The variable KTDESK_ISA=avx2 caps them, for tests and bug reports; a
// name that this build does not know makes the table empty.
const KernelTable& kernels() noexcept;

}  // namespace kt
