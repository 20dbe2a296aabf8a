// SPDX-License-Identifier: Apache-2.0
// Attention of one token and head over a cache, with an online softmax.
//
// Keys come in blocks: scores, their largest, then one rescaling of what was summed so far. For
// latent attention keys and values are the same rows, which the block keeps in the cache.
// ERROR that of float32 sums; the exponential's is below 3e-7.

constexpr int kKeys = 32;

template <class Value>
void attend(const AttentionArgs& a, int64_t token, int head) {
  const int kv_head = head / (a.heads / a.kv_heads);
  const float* q = a.q + (token * a.heads + head) * a.key_size;
  const Value* k = static_cast<const Value*>(a.k) + kv_head * a.k_head;
  const Value* v = static_cast<const Value*>(a.v) + kv_head * a.v_head;
  float* out = a.out + (token * a.heads + head) * a.value_size;
  const int64_t rows = int64_t{a.positions[token]} + 1;
  for (int i = 0; i < a.value_size; ++i) out[i] = 0;
  float most = -__builtin_inff(), total = 0;
  for (int64_t first = 0; first < rows; first += kKeys) {
    const int count = static_cast<int>(smaller(kKeys, rows - first));
    float scores[kKeys], block_most = most;
    for (int i = 0; i < count; ++i) {
      scores[i] = a.scale * dot_product(k + (first + i) * a.k_row, q, a.key_size);
      block_most = scores[i] > block_most ? scores[i] : block_most;
    }
    for (int i = count; i < kKeys; ++i) scores[i] = -__builtin_inff();
    if (block_most > most && first > 0) {
      const float factor = exp(most - block_most);
      total *= factor;
      scale_in_place(out, factor, a.value_size);
    }
    most = block_most;
    for (int i = 0; i < kKeys; i += V::lanes) {
      exp(V::load(scores + i) - V::all(most)).store(scores + i);
    }
    for (int i = 0; i < count; ++i) {
      total += scores[i];
      add_scaled(out, scores[i], v + (first + i) * a.v_row, a.value_size);
    }
  }
  scale_in_place(out, 1.0f / total, a.value_size);
}

void attention(const AttentionArgs& a, Range items) noexcept {
  for (int64_t item = items.begin; item < items.end; ++item) {
    const int64_t token = item / a.heads;
    const int head = static_cast<int>(item % a.heads);
    if (a.is_f16) {
      attend<Half>(a, token, head);
    } else {
      attend<float>(a, token, head);
    }
  }
}
