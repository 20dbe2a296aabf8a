// SPDX-License-Identifier: Apache-2.0
// Products with few tokens, and both halves of routed experts, as products of rows (rows.h).
#include "../products.h"
#include "decode.cuh"
#include "rows.h"

namespace kt::cuda {
namespace {

void multiply(Stream& stream, const RowProduct& product, WeightType type, int64_t parts) {
  switch (type) {
    case WeightType::kF32: return multiply_rows<float>(stream, product, parts);
    case WeightType::kF16: return multiply_rows<Float16>(stream, product, parts);
    case WeightType::kBF16: return multiply_rows<Bf16>(stream, product, parts);
#define KT_CASE(name, number) \
  case WeightType::k##name: return multiply_rows<Block##name>(stream, product, parts);
      KT_BLOCK_TYPES(KT_CASE)
#undef KT_CASE
  }
}

// Pairs of neighbouring rows, of matrices with `outputs` rows each.
RowProduct neighbours(const Matrix& weight, int outputs, const Activations& x) {
  RowProduct p{};
  p.rows[0] = weight.data;
  p.rows[1] = weight.data + weight.row_bytes;
  p.pair_bytes = 2 * weight.row_bytes;
  p.matrix_bytes = outputs * weight.row_bytes;
  p.columns = weight.columns;
  p.pairs = (outputs + 1) / 2;
  p.outputs = outputs;
  p.x = x.data;
  p.x_token = x.token_bytes;
  p.x_matrix = x.group_bytes;
  return p;
}

template <class Args>
void set_plan(RowProduct& p, const Args& a) {
  p.plan = a.plan;
  p.plan_pairs = a.pairs;
  p.experts = a.experts;
  p.pairs_per_token = a.pairs_per_token;
  p.matrices = static_cast<int>(most_active(a.pairs, a.experts));
  p.tokens = a.pairs / a.pairs_per_token;
}

void set_hidden(RowProduct& p, const ExpertsUpArgs& a, Then then) {
  set_plan(p, a);
  p.x_of_tokens = true;
  p.out = reinterpret_cast<float*>(a.hidden);
  p.out_token = a.hidden_bytes / static_cast<int64_t>(sizeof(float));
  p.activation = a.activation;
  p.then = then;
}

// Row i of gate and row i of up are a pair.
void multiply_joint(Stream& stream, const ExpertsUpArgs& a) {
  RowProduct p = neighbours(a.gate, a.outputs, a.gate_x);
  p.rows[1] = a.up.data;
  p.pair_bytes = a.gate.row_bytes;
  p.pairs = a.outputs;
  p.bias[0] = a.gate_bias;
  p.bias[1] = a.up_bias;
  set_hidden(p, a, Then::kActivate);
  multiply(stream, p, a.gate.type, a.pairs_per_token);
}

// Gate alone, whose results wait in `hidden`, then up.
void multiply_apart(Stream& stream, const ExpertsUpArgs& a) {
  RowProduct gate = neighbours(a.gate, a.outputs, a.gate_x);
  gate.bias[0] = a.gate_bias;
  set_hidden(gate, a, Then::kStore);
  multiply(stream, gate, a.gate.type, a.pairs_per_token);
  RowProduct up = neighbours(a.up, a.outputs, a.up_x);
  up.bias[0] = a.up_bias;
  set_hidden(up, a, Then::kUp);
  multiply(stream, up, a.up.type, a.pairs_per_token);
}

bool are_joint(const ExpertsUpArgs& a) {
  return a.gate.type == a.up.type && a.gate.row_bytes == a.up.row_bytes &&
         a.gate_x.data == a.up_x.data && a.gate_x.token_bytes == a.up_x.token_bytes;
}

}  // namespace

void gemv(Stream& stream, const LinearArgs& args, int64_t rows) {
  const int64_t groups = rows / args.outputs;
  RowProduct p = neighbours(args.weight, args.outputs, args.x);
  p.matrices = static_cast<int>(groups);
  p.tokens = args.tokens;
  p.out = args.out;
  p.out_token = args.out_token;
  p.out_matrix = args.out_group;
  p.then = Then::kStore;
  multiply(stream, p, args.weight.type, groups);
}

void experts_up_gemv(Stream& stream, const ExpertsUpArgs& args) {
  are_joint(args) ? multiply_joint(stream, args) : multiply_apart(stream, args);
}

void experts_down_gemv(Stream& stream, const ExpertsDownArgs& args) {
  RowProduct p = neighbours(args.weight, args.outputs, args.hidden);
  set_plan(p, args);
  p.bias[0] = args.bias;
  p.weights = args.weights;
  p.start = args.start;
  p.out = args.out;
  p.out_token = args.outputs;
  p.then = Then::kAdd;
  multiply(stream, p, args.weight.type, 1);
}

}  // namespace kt::cuda
