// SPDX-License-Identifier: Apache-2.0
// What queries of attention see, and how the work is cut: tiles of queries that share a key head,
// and sections of the rows, of which there are many only where there are few tiles.
//
// Grids are those of the longest cache: a captured launch serves any length, as the positions are
// read by the kernel. The cut follows from shape and positions alone.
#pragma once

#include "../device.cuh"
#include "kt/kernels.h"

namespace kt::cuda {

constexpr int kSectionRows = 64;   // a section has at least so many
constexpr float kLowest = -1e30f;  // below every score, and finite: a difference of two is zero
constexpr float kLog2E = 1.4426950408889634f;

__host__ __device__ __forceinline__ constexpr int smaller(int a, int b) { return a < b ? a : b; }
__host__ __device__ __forceinline__ constexpr int larger(int a, int b) { return a < b ? b : a; }

// Half-open range of cache rows.
struct Rows {
  int begin, end;
};

__device__ __forceinline__ Rows seen_rows(const AttentionArgs& a, int token) {
  const int position = a.positions[token], place = a.places[token];
  int begin = 0;
  if (a.window > 0) begin = larger(begin, position + 1 - a.window);
  if (a.chunk > 0) begin = larger(begin, position - position % a.chunk);
  return {place - position + begin, place + 1};
}

// Queries of a key head, heads of tokens, one after another. What they read has no gaps: rows that
// none of them sees may hold anything.
struct Run {
  int first, count;
  Rows read;    // by any
  Rows common;  // to all, if it does not end before it begins
};

__device__ __forceinline__ Run run_from(const AttentionArgs& a, int first, int end) {
  const int group = a.heads / a.kv_heads;
  int token = first / group;
  Run run;
  run.first = first;
  run.read = run.common = seen_rows(a, token);
  for (++token; token * group < end; ++token) {
    const Rows rows = seen_rows(a, token);
    if (rows.begin > run.read.end || rows.end < run.read.begin) break;
    run.read = {smaller(run.read.begin, rows.begin), larger(run.read.end, rows.end)};
    run.common = {larger(run.common.begin, rows.begin), smaller(run.common.end, rows.end)};
  }
  run.count = smaller(end, token * group) - first;
  return run;
}

// Token and head of a query of a key head.
struct Query {
  int token, head;
};
__device__ __forceinline__ Query query_of(const AttentionArgs& a, int kv_head, int index) {
  const int group = a.heads / a.kv_heads;
  return {index / group, kv_head * group + index % group};
}

__device__ __forceinline__ const float* query_values(const AttentionArgs& a, Query query) {
  return a.q + query.token * a.q_token + query.head * a.q_head;
}

// Of every tile, also of one whose tokens see few rows: some of its sections are empty then. To
// look at each of many tokens would take longer than that.
__device__ __forceinline__ int sections_of(const AttentionArgs& a) {
  constexpr int kMostTokens = 64;
  if (a.max_sections == 1 || a.tokens > kMostTokens) return a.max_sections;
  int rows = 0;
  for (int token = 0; token < a.tokens; ++token) {
    const Rows seen = seen_rows(a, token);
    rows = larger(rows, seen.end - seen.begin);
  }
  return larger(1, smaller(a.max_sections, rows / kSectionRows));
}

// A section of rows, in whole blocks from the first row on.
__device__ __forceinline__ Rows section_of(Rows rows, int block_rows, int section, int sections) {
  const int blocks = (rows.end - rows.begin + block_rows - 1) / block_rows;
  const int each = blocks / sections, longer = blocks % sections;
  const int begin = rows.begin + (each * section + smaller(section, longer)) * block_rows;
  return {begin, smaller(begin + (each + (section < longer)) * block_rows, rows.end)};
}

// What is left of a query over a section.
struct SectionRow {
  float* sums;  // [value_size]
  float* ends;  // its largest score, and its sum of weights
};

// Sums of all sections stand first, so that each begins where reads of many lanes should.
__device__ __forceinline__ SectionRow section_row(const AttentionArgs& a, Query query,
                                                  int section) {
  const int64_t row = (int64_t{query.token} * a.heads + query.head) * a.max_sections + section;
  const int64_t rows = int64_t{a.tokens} * a.heads * a.max_sections;
  return {a.sections + row * a.value_size, a.sections + rows * a.value_size + row * 2};
}

__device__ __forceinline__ float* out_row(const AttentionArgs& a, Query query) {
  return a.out + query.token * a.out_token + query.head * a.out_head;
}

// e^x
__device__ __forceinline__ float exponential(float x) { return exp2_approx(x * kLog2E); }

}  // namespace kt::cuda
