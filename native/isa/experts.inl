// SPDX-License-Identifier: Apache-2.0
// Routed experts: `experts_up` makes the hidden activations, grouped by expert as in the plan, and
// `experts_down` the weighted sums. Both read slices of every active expert, expert by expert.

constexpr int kExpertTokens = 128;   // whose results a thread keeps, in the second cache
constexpr int kUpRows = 8 * kBlock;  // at a time, of gate and of up
constexpr int kDownRows = 256;

// The parts of what expert_plan wrote.
struct Plan {
  const int32_t* offsets;
  const int32_t* pairs;
  int active_count;
  const int32_t* active;

  Plan(const int32_t* plan, int experts, int all_pairs)
      : offsets(plan),
        pairs(plan + experts + 1),
        active_count(pairs[all_pairs]),
        active(pairs + all_pairs + 1) {}

  // Calls body(expert, first, count) for the pairs of an expert, some at a time.
  template <class Body>
  void for_pairs(int expert, const Body& body) const {
    const int end = offsets[expert + 1];
    for (int first = offsets[expert]; first < end; first += kExpertTokens) {
      body(first, static_cast<int>(smaller(kExpertTokens, end - first)));
    }
  }
};

inline const uint8_t* row_of(const Matrix& weight, int64_t row) {
  return weight.data + row * weight.row_bytes;
}

// Columns first..first + width of a row of activations; int8 blocks are whole.
inline void store_activations(const float* x, int width, uint8_t* row, kt::Form form, int columns,
                              int64_t first) {
  switch (form) {
    case kt::Form::kFloat: return convert(x, reinterpret_cast<float*>(row) + first, width);
    case kt::Form::kQ8:
      for (int i = 0; i < width; i += kBlock) {
        quantize_block(x + i, row, columns, (first + i) / kBlock);
      }
      return;
    case kt::Form::kBf16: return convert(x, reinterpret_cast<Bf16*>(row) + first, width);
  }
}

// Some rows' results of gate and up for some tokens.
struct Raised {
  alignas(64) float gate[kExpertTokens][kUpRows];
  alignas(64) float up[kExpertTokens][kUpRows];
};

inline void add_bias(float* values, const float* bias, int width) {
  for (int i = 0; bias && i < width; ++i) values[i] += bias[i];
}

// The hidden activations of some pairs of an expert, from rows first..first + width.
inline void raise(const ExpertsUpArgs& a, const Plan& plan, int expert, int64_t first, int width,
                  int first_pair, int count) {
  Raised raised;
  const int64_t row = int64_t{expert} * a.outputs + first;
  const int32_t* pairs = plan.pairs + first_pair;
  const auto tokens = [&](const Activations& x, float* out) {
    return Tokens{x.data, x.token_bytes, x.form, out, kUpRows, count, pairs, a.pairs_per_token};
  };
  multiply(a.gate, row_of(a.gate, row), width, tokens(a.gate_x, raised.gate[0]));
  multiply(a.up, row_of(a.up, row), width, tokens(a.up_x, raised.up[0]));
  for (int n = 0; n < count; ++n) {
    float* gate = raised.gate[n];
    float* up = raised.up[n];
    add_bias(gate, a.gate_bias ? a.gate_bias + row : nullptr, width);
    add_bias(up, a.up_bias ? a.up_bias + row : nullptr, width);
    // Whole vectors, also where the last rows are fewer: what lies behind is not stored.
    for (int i = width; i % V::lanes; ++i) gate[i] = up[i] = 0;
    for (int i = 0; i < width; i += V::lanes) {
      activate(a.activation, V::load(gate + i), V::load(up + i)).store(gate + i);
    }
    store_activations(gate, width, a.hidden + (first_pair + n) * a.hidden_bytes, a.hidden_form,
                      a.outputs, first);
  }
}

// What a block of rows costs an expert with so many tokens: reading and unpacking it costs as much
// as some tokens.
constexpr int64_t kTokensOfARead = 16;
inline int64_t block_cost(const Plan& plan, int expert) {
  return kTokensOfARead + plan.offsets[expert + 1] - plan.offsets[expert];
}

// Of some blocks that follow `before` in the order of the work, how many come before `point`.
inline int64_t blocks_before(int64_t point, int64_t before, int64_t cost, int64_t blocks) {
  return larger(0, smaller((point - before + cost - 1) / cost, blocks));
}

// The order of the work: kUpRows rows of every active expert, then the next ones, and so on. So an
// expert's activations serve as many rows as can be, and a memory node keeps to rows of its own.
void experts_up(const ExpertsUpArgs& a, Range shares) noexcept {
  const Plan plan(a.plan, a.experts, a.pairs);
  const int64_t blocks = (a.outputs + kBlock - 1) / kBlock;
  const int64_t items = up_shares(a.outputs, a.pairs, a.experts);
  int64_t all = 0, before = 0;
  for (int i = 0; i < plan.active_count; ++i) all += blocks * block_cost(plan, plan.active[i]);
  const int64_t begin = all * shares.begin / items, end = all * shares.end / items;
  for (int64_t first = 0; first < blocks; first += kUpRows / kBlock) {
    const int64_t some = smaller(kUpRows / kBlock, blocks - first);
    for (int i = 0; i < plan.active_count && before < end; ++i) {
      const int expert = plan.active[i];
      const int64_t cost = block_cost(plan, expert), behind = before + some * cost;
      if (behind > begin) {
        const int64_t row = (first + blocks_before(begin, before, cost, some)) * kBlock;
        const int64_t last = (first + blocks_before(end, before, cost, some)) * kBlock;
        const int width = static_cast<int>(smaller(last, a.outputs) - row);
        if (width > 0) {
          plan.for_pairs(expert, [&](int pair, int count) {
            raise(a, plan, expert, row, width, pair, count);
          });
        }
      }
      before = behind;
    }
  }
}

// out[token of each pair] += weight * result for `width` of an expert's outputs from `row` on.
inline void add_outputs(const ExpertsDownArgs& a, const Plan& plan, int expert, int64_t row,
                        int width, int first_pair, int count) {
  alignas(64) float results[kExpertTokens][kDownRows];
  const int64_t weight_row = int64_t{expert} * a.outputs + row;
  multiply(a.weight, row_of(a.weight, weight_row), width,
           Tokens{a.hidden.data + first_pair * a.hidden.token_bytes, a.hidden.token_bytes,
                  a.hidden.form, results[0], kDownRows, count, nullptr, 1});
  for (int n = 0; n < count; ++n) {
    const int pair = plan.pairs[first_pair + n];
    float* out = a.out + int64_t{pair / a.pairs_per_token} * a.outputs + row;
    if (a.bias) add_scaled(out, a.weights[pair], a.bias + weight_row, width);
    add_scaled(out, a.weights[pair], results[n], width);
  }
}

void experts_down(const ExpertsDownArgs& a, Range items) noexcept {
  const Plan plan(a.plan, a.experts, a.pairs);
  const int64_t begin = items.begin * kOutputRows;
  const int64_t end = smaller(items.end * kOutputRows, a.outputs);
  for (int64_t t = 0; t < a.tokens && a.start != a.out; ++t) {
    float* out = a.out + t * a.outputs;
    for (int64_t r = begin; r < end; ++r) out[r] = a.start ? a.start[t * a.outputs + r] : 0.0f;
  }
  for (int i = 0; i < plan.active_count; ++i) {
    const int expert = plan.active[i];
    for (int64_t row = begin; row < end; row += kDownRows) {
      const int width = static_cast<int>(smaller(kDownRows, end - row));
      plan.for_pairs(expert, [&](int first, int count) {
        add_outputs(a, plan, expert, row, width, first, count);
      });
    }
  }
}
