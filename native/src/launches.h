// SPDX-License-Identifier: Apache-2.0
// The kernels that every device has, as methods of its streams in Python. Tensors come as
// addresses: ktdesk/kernels/cpu.py has checked them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <tuple>

#include "kt/kernels.h"

namespace kt::bind {

// Names a kernel in overloads of `launch`, of which each device has one per kernel.
#define KT_TAG(name, Args, grain) \
  struct name##_kernel {};
KT_DEVICE_KERNELS(KT_TAG)
#undef KT_TAG

using Address = std::uintptr_t;

template <class T>
T* at(Address address) {
  return reinterpret_cast<T*>(address);
}

// Address, type, bytes of a row, columns, layout.
using MatrixOf = std::tuple<Address, int, int64_t, int, int>;

inline kt::Matrix matrix(const MatrixOf& of) {
  const auto [data, type, row_bytes, columns, layout] = of;
  return {at<const uint8_t>(data), row_bytes, columns, static_cast<kt::WeightType>(type),
          static_cast<kt::Layout>(layout)};
}

// Address, bytes from token to token and from group to group, form.
using ActivationsOf = std::tuple<Address, int64_t, int64_t, int>;

inline kt::Activations activations(const ActivationsOf& of) {
  const auto [data, token_bytes, group_bytes, form] = of;
  return {at<const uint8_t>(data), token_bytes, group_bytes, static_cast<kt::Form>(form)};
}

inline int64_t chunks(int64_t count) { return (count + kt::kChunk - 1) / kt::kChunk; }

// Address of the first value, strides from row to row and from head to head; of a cache in bytes.
using Heads = std::tuple<Address, int64_t, int64_t>;

// Positions, places, sinks, window, chunk.
using Sight = std::tuple<Address, Address, Address, int, int>;

inline kt::AttentionArgs attention_args(Heads q, Heads k, Heads v, int type, bool rounds,
                                        bool apart, Sight sight, Heads out, Address sections,
                                        int max_sections, int tokens, int heads, int kv_heads,
                                        int key_size, int value_size, float scale) {
  const auto [q_at, q_token, q_head] = q;
  const auto [k_at, k_row, k_head] = k;
  const auto [v_at, v_row, v_head] = v;
  const auto [positions, places, sinks, window, chunk] = sight;
  const auto [out_at, out_token, out_head] = out;
  return {at<const float>(q_at),
          at<const void>(k_at),
          at<const void>(v_at),
          at<const int32_t>(positions),
          at<const int32_t>(places),
          at<const float>(sinks),
          at<float>(out_at),
          at<float>(sections),
          q_token,
          q_head,
          out_token,
          out_head,
          k_row,
          k_head,
          v_row,
          v_head,
          tokens,
          heads,
          kv_heads,
          key_size,
          value_size,
          max_sections,
          window,
          chunk,
          scale,
          static_cast<kt::CacheType>(type),
          rounds,
          apart};
}

#define KT_LAUNCH(name, args, items) launch(stream, name##_kernel{}, args, items)

// A function per kernel: `launch(Stream&, name##_kernel, const Args&, items)` is found beside
// Stream.
template <class Stream>
struct Launches {
  static void embed(Stream& stream, const MatrixOf& weight, Address tokens, Address out,
                    int64_t count) {
    const kt::EmbedArgs args{matrix(weight), at<const int32_t>(tokens), at<float>(out)};
    KT_LAUNCH(embed, args, count);
  }

  static void rms_norm(Stream& stream, Address x, int64_t x_token, int64_t x_group, Address weight,
                       Address out, int64_t out_token, int64_t out_group, int64_t tokens,
                       int groups, int width, float eps) {
    const kt::RmsNormArgs args{at<const float>(x),
                               at<const float>(weight),
                               at<float>(out),
                               x_token,
                               x_group,
                               out_token,
                               out_group,
                               groups,
                               width,
                               eps};
    KT_LAUNCH(rms_norm, args, tokens * groups);
  }

  static void add_rms_norm(Stream& stream, Address x, Address change, Address weight, Address sum,
                           Address out, int64_t rows, int width, float factor, float eps) {
    const kt::AddRmsNormArgs args{at<const float>(x),
                                  at<const float>(change),
                                  at<const float>(weight),
                                  at<float>(sum),
                                  at<float>(out),
                                  width,
                                  factor,
                                  eps};
    KT_LAUNCH(add_rms_norm, args, rows);
  }

  static void linear(Stream& stream, const MatrixOf& weight, const ActivationsOf& x, Address out,
                     int64_t out_token, int64_t out_group, int tokens, int groups, int outputs) {
    const kt::LinearArgs args{matrix(weight), activations(x), at<float>(out), out_token,
                              out_group,      tokens,         outputs};
    KT_LAUNCH(linear, args, int64_t{groups} * outputs);
  }

  static void rope_table(Stream& stream, Address positions, Address frequencies, float scale,
                         Address out, int64_t tokens, int pairs) {
    const kt::RopeTableArgs args{at<const int32_t>(positions), at<const float>(frequencies),
                                 at<float>(out), pairs, scale};
    KT_LAUNCH(rope_table, args, tokens);
  }

  static void rope(Stream& stream, Address x, int64_t x_token, int64_t x_head, Address table,
                   Address out, int64_t out_token, int64_t out_head, int64_t tokens, int heads,
                   int pairs, bool interleaved) {
    const kt::RopeArgs args{at<const float>(x),
                            at<const float>(table),
                            at<float>(out),
                            x_token,
                            x_head,
                            out_token,
                            out_head,
                            heads,
                            pairs,
                            interleaved};
    KT_LAUNCH(rope, args, tokens);
  }

  static void store_rows(Stream& stream, Address rows, int64_t rows_stride, Address places,
                         Address cache, int64_t cache_row_bytes, int type, int64_t tokens,
                         int width) {
    const kt::StoreRowsArgs args{at<const float>(rows),
                                 at<const int32_t>(places),
                                 at<void>(cache),
                                 rows_stride,
                                 cache_row_bytes,
                                 width,
                                 static_cast<kt::CacheType>(type)};
    KT_LAUNCH(store_rows, args, tokens);
  }

  static void load_rows(Stream& stream, Address cache, int64_t cache_row_bytes, int type,
                        Address out, int64_t out_row, int64_t out_head, int64_t rows, int heads,
                        int width) {
    const kt::LoadRowsArgs args{at<const void>(cache),
                                at<float>(out),
                                cache_row_bytes,
                                out_row,
                                out_head,
                                heads,
                                width,
                                static_cast<kt::CacheType>(type)};
    KT_LAUNCH(load_rows, args, rows);
  }

  static void attention(Stream& stream, Heads q, Heads k, Heads v, int type, bool rounds,
                        bool apart, Sight sight, Heads out, Address sections, int max_sections,
                        int tokens, int heads, int kv_heads, int key_size, int value_size,
                        float scale) {
    KT_LAUNCH(attention,
              attention_args(q, k, v, type, rounds, apart, sight, out, sections, max_sections,
                             tokens, heads, kv_heads, key_size, value_size, scale),
              kt::kAttentionShares);
  }

  static void attention_merge(Stream& stream, Heads q, Heads k, Heads v, int type, bool rounds,
                              bool apart, Sight sight, Heads out, Address sections,
                              int max_sections, int tokens, int heads, int kv_heads, int key_size,
                              int value_size, float scale) {
    KT_LAUNCH(attention_merge,
              attention_args(q, k, v, type, rounds, apart, sight, out, sections, max_sections,
                             tokens, heads, kv_heads, key_size, value_size, scale),
              int64_t{tokens} * heads);
  }

  static void add(Stream& stream, Address x, Address y, Address out, int64_t count, float factor) {
    const kt::AddArgs args{at<const float>(x), at<const float>(y), at<float>(out), count, factor};
    KT_LAUNCH(add, args, chunks(count));
  }

  static void bias_rows(Stream& stream, Address x, int64_t x_stride, Address bias, int64_t rows,
                        int width) {
    KT_LAUNCH(bias_rows, (kt::BiasRowsArgs{at<float>(x), at<const float>(bias), x_stride, width}),
              rows);
  }

  static void weigh_rows(Stream& stream, Address x, int64_t x_stride, Address weights,
                         int64_t weights_stride, Address out, int64_t out_stride, int64_t rows,
                         int width, bool is_logit) {
    const kt::WeighRowsArgs args{at<const float>(x),
                                 at<const float>(weights),
                                 at<float>(out),
                                 x_stride,
                                 weights_stride,
                                 out_stride,
                                 width,
                                 is_logit};
    KT_LAUNCH(weigh_rows, args, rows);
  }

  static void to_bf16(Stream& stream, Address x, int64_t token_stride, int64_t group_stride,
                      Address out, int64_t out_token, int64_t out_group, int64_t tokens, int groups,
                      int width) {
    const kt::ToBf16Args args{at<const float>(x), at<uint16_t>(out), token_stride, group_stride,
                              out_token,          out_group,         groups,       width};
    KT_LAUNCH(to_bf16, args, tokens * groups);
  }

  static void router(Stream& stream, Address logits, Address bias, Address ids, Address weights,
                     int64_t tokens, int experts, int experts_per_token, int groups,
                     int groups_used, float scale, bool is_sigmoid, bool normalize) {
    const kt::RouterArgs args{at<const float>(logits),
                              at<const float>(bias),
                              at<int32_t>(ids),
                              at<float>(weights),
                              experts,
                              experts_per_token,
                              groups,
                              groups_used,
                              scale,
                              is_sigmoid,
                              normalize};
    KT_LAUNCH(router, args, tokens);
  }

  static void expert_plan(Stream& stream, Address ids, Address plan, int pairs, int experts,
                          Address slots) {
    const kt::ExpertPlanArgs args{at<const int32_t>(ids), at<int32_t>(plan), pairs, experts,
                                  at<const int32_t>(slots)};
    KT_LAUNCH(expert_plan, args, 1);
  }

  static void experts_up(Stream& stream, const MatrixOf& gate, const MatrixOf& up,
                         Address gate_bias, Address up_bias, const ActivationsOf& gate_x,
                         const ActivationsOf& up_x, Address plan, const ActivationsOf& hidden,
                         int pairs, int experts, int outputs, int pairs_per_token, int activation) {
    const auto [hidden_at, hidden_bytes, unused, hidden_form] = hidden;
    const kt::ExpertsUpArgs args{matrix(gate),
                                 matrix(up),
                                 at<const float>(gate_bias),
                                 at<const float>(up_bias),
                                 activations(gate_x),
                                 activations(up_x),
                                 at<const int32_t>(plan),
                                 at<uint8_t>(hidden_at),
                                 hidden_bytes,
                                 static_cast<kt::Form>(hidden_form),
                                 pairs,
                                 experts,
                                 outputs,
                                 pairs_per_token,
                                 static_cast<kt::Activation>(activation)};
    KT_LAUNCH(experts_up, args, kt::up_shares(outputs, pairs, experts));
  }

  static void experts_down(Stream& stream, const MatrixOf& weight, Address bias,
                           const ActivationsOf& hidden, Address plan, Address weights,
                           Address start, Address out, int tokens, int pairs, int experts,
                           int outputs) {
    const kt::ExpertsDownArgs args{matrix(weight),
                                   at<const float>(bias),
                                   activations(hidden),
                                   at<const int32_t>(plan),
                                   at<const float>(weights),
                                   at<const float>(start),
                                   at<float>(out),
                                   tokens,
                                   pairs,
                                   experts,
                                   outputs,
                                   pairs / tokens};
    KT_LAUNCH(experts_down, args, kt::down_items(outputs));
  }
};

#undef KT_LAUNCH

template <class Stream>
void bind_launches(pybind11::class_<Stream>& stream) {
#define KT_BIND(name, Args, grain) \
  stream.def(#name, &Launches<Stream>::name, pybind11::call_guard<pybind11::gil_scoped_release>());
  KT_DEVICE_KERNELS(KT_BIND)
#undef KT_BIND
}

}  // namespace kt::bind
