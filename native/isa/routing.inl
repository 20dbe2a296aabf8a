// SPDX-License-Identifier: Apache-2.0
// Rotary angles and the choice of experts: short, full of branches, and called once per token.

void rope_table(const RopeTableArgs& a, Range tokens) noexcept {
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    float* out = a.out + t * a.pairs * 2;
    for (int p = 0; p < a.pairs; ++p) {
      const float angle = static_cast<float>(a.positions[t]) * a.frequencies[p];
      out[2 * p] = __builtin_cosf(angle) * a.scale;
      out[2 * p + 1] = __builtin_sinf(angle) * a.scale;
    }
  }
}

// Probabilities of one token's experts.
inline void gate(const RouterArgs& a, const float* logits, float* scores) {
  if (a.is_sigmoid) {
    for (int e = 0; e < a.experts; ++e) scores[e] = 1.0f / (1.0f + __builtin_expf(-logits[e]));
    return;
  }
  float most = logits[0], total = 0;
  for (int e = 1; e < a.experts; ++e) most = logits[e] > most ? logits[e] : most;
  for (int e = 0; e < a.experts; ++e) total += scores[e] = __builtin_expf(logits[e] - most);
  for (int e = 0; e < a.experts; ++e) scores[e] /= total;
}

// Index of the largest of `count` values; the lower index wins a tie.
inline int best_of(const float* values, int count) {
  int best = 0;
  for (int i = 1; i < count; ++i) best = values[i] > values[best] ? i : best;
  return best;
}

// Score of a group: with sigmoid gating its two best choices, else its best.
inline float group_score(const RouterArgs& a, const float* choices, int size) {
  const int best = best_of(choices, size);
  if (!a.is_sigmoid || size == 1) return choices[best];
  float second = -__builtin_inff();
  for (int i = 0; i < size; ++i) {
    if (i != best && choices[i] > second) second = choices[i];
  }
  return choices[best] + second;
}

// Takes the experts of all but the best groups out of the choice.
inline void keep_best_groups(const RouterArgs& a, float* choices) {
  const int size = a.experts / a.groups;
  float scores[kMaxExperts];
  bool kept[kMaxExperts] = {};
  for (int g = 0; g < a.groups; ++g) scores[g] = group_score(a, choices + g * size, size);
  for (int i = 0; i < a.groups_used; ++i) {
    const int best = best_of(scores, a.groups);
    kept[best] = true;
    scores[best] = -__builtin_inff();
  }
  for (int e = 0; e < a.experts; ++e) {
    if (!kept[e / size]) choices[e] = -__builtin_inff();
  }
}

void router(const RouterArgs& a, Range tokens) noexcept {
  for (int64_t t = tokens.begin; t < tokens.end; ++t) {
    float scores[kMaxExperts], choices[kMaxExperts];
    gate(a, a.logits + t * a.experts, scores);
    for (int e = 0; e < a.experts; ++e) choices[e] = scores[e] + (a.bias ? a.bias[e] : 0.0f);
    if (a.groups > 1) keep_best_groups(a, choices);
    int32_t* ids = a.ids + t * a.experts_per_token;
    float* weights = a.weights + t * a.experts_per_token;
    float total = 1e-20f;  // so that weights that all vanish stay finite
    for (int k = 0; k < a.experts_per_token; ++k) {
      ids[k] = best_of(choices, a.experts);
      choices[ids[k]] = -__builtin_inff();
      total += weights[k] = scores[ids[k]];
    }
    const float factor = a.normalize ? a.scale / total : a.scale;
    for (int k = 0; k < a.experts_per_token; ++k) weights[k] *= factor;
  }
}

void expert_plan(const ExpertPlanArgs& a, Range items) noexcept {
  if (items.begin == items.end) return;
  int32_t* offsets = a.plan;
  int32_t* pairs = offsets + a.experts + 1;
  int32_t& active = pairs[a.pairs];
  for (int e = 0; e <= a.experts; ++e) offsets[e] = 0;
  // What is elsewhere counts as one more expert, whose first pair is where the others end.
  const auto slot = [&a](int p) { return a.slots ? a.slots[a.ids[p]] : a.ids[p]; };
  for (int p = 0; p < a.pairs; ++p) ++offsets[slot(p)];
  // Counts to ends, then each pair from the last takes the place before its expert's end.
  for (int e = 1; e <= a.experts; ++e) offsets[e] += offsets[e - 1];
  for (int p = a.pairs - 1; p >= 0; --p) pairs[--offsets[slot(p)]] = p;
  active = 0;
  for (int e = 0; e < a.experts; ++e) {
    if (offsets[e + 1] > offsets[e]) (&active)[++active] = e;
  }
}
