// SPDX-License-Identifier: Apache-2.0
// Random inputs, and memory for outputs. Inputs end in 64 elements of set bits, NaN as floats: a
// kernel that reads past the end computes NaN. Outputs end in other bits, so that one that writes
// past the end is found out, even if what it writes is NaN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "kt/quant.h"

namespace kt::test {

template <class T>
class Padded {
 public:
  explicit Padded(int64_t size, uint8_t padding = 0xff)
      : size_(size), padding_(padding), values_(size + kPadding) {
    std::memset(static_cast<void*>(data()), 0xff, values_.size() * sizeof(T));
    std::memset(static_cast<void*>(end()), padding, kPadding * sizeof(T));
  }

  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  int64_t size() const { return size_; }
  T& operator[](int64_t i) { return values_[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }

  // Whether nothing was written past the end.
  bool intact() const {
    const auto* bytes = reinterpret_cast<const uint8_t*>(data() + size_);
    for (std::size_t i = 0; i < kPadding * sizeof(T); ++i) {
      if (bytes[i] != padding_) return false;
    }
    return true;
  }

 private:
  static constexpr int64_t kPadding = 64;
  int64_t size_;
  uint8_t padding_;
  std::vector<T> values_;
};

template <class T>
class Output : public Padded<T> {
 public:
  explicit Output(int64_t size) : Padded<T>(size, 0x55) {}
};

class Random {
 public:
  float normal() { return normal_(engine_); }
  uint32_t bits() { return static_cast<uint32_t>(engine_()); }

  Padded<float> normals(int64_t size) {
    Padded<float> values(size);
    for (float& x : values) x = normal();
    return values;
  }

  // Rows of `width` values, each followed by `gap` NaN.
  Padded<float> rows(int64_t count, int width, int gap) {
    Padded<float> values(count * (width + gap));
    for (int64_t r = 0; r < count; ++r) {
      for (int i = 0; i < width; ++i) values[r * (width + gap) + i] = normal();
    }
    return values;
  }

  // A normal number of magnitude 2^-9 to 2^-8.
  Half small_half() { return static_cast<Half>(0x1800u | (bits() & 0x83ffu)); }

 private:
  std::mt19937 engine_{7};
  std::normal_distribution<float> normal_;
};

struct TypeInfo {
  WeightType type;
  const char* name;
  int block;  // weights
  int bytes;
};
constexpr TypeInfo kTypes[] = {{WeightType::kF32, "F32", 1, 4},
                               {WeightType::kF16, "F16", 1, 2},
                               {WeightType::kBF16, "BF16", 1, 2},
#define KT_INFO(name, number) \
  {WeightType::k##name, #name, Block##name::kWeights, sizeof(Block##name)},
                               KT_BLOCK_TYPES(KT_INFO)
#undef KT_INFO
};
constexpr bool is_float(const TypeInfo& t) { return t.block == 1; }

// Puts small numbers where the block of that type holds scales.
inline void set_scales(WeightType type, uint8_t* block, Random& random) {
  const auto put = [&](int at) {
    const Half half = random.small_half();
    std::memcpy(block + at, &half, sizeof half);
  };
  switch (type) {
    case WeightType::kQ4_1:
    case WeightType::kQ5_1:
    case WeightType::kQ4_K:
    case WeightType::kQ5_K: put(0); return put(2);
    case WeightType::kQ2_K: put(offsetof(BlockQ2_K, d)); return put(offsetof(BlockQ2_K, dmin));
    case WeightType::kQ3_K: return put(offsetof(BlockQ3_K, d));
    case WeightType::kQ6_K: return put(offsetof(BlockQ6_K, d));
    case WeightType::kTQ1_0: return put(offsetof(BlockTQ1_0, d));
    case WeightType::kTQ2_0: return put(offsetof(BlockTQ2_0, d));
    case WeightType::kMXFP4: *block = 118; return;  // 2^-9
    case WeightType::kNVFP4:
      for (int i = 0; i < 4; ++i) block[i] &= 15;
      return;
    case WeightType::kQ4_G32:
    case WeightType::kQ4_G64:
    case WeightType::kQ4_G128: block[2] %= 17; return put(0);
    case WeightType::kIQ1_M: {  // four bits of a half in each two bytes
      const Half half = random.small_half();
      uint8_t* upper = block + offsetof(BlockIQ1_M, scales) + 1;
      for (int i = 0; i < 4; ++i) {
        upper[2 * i] = static_cast<uint8_t>((upper[2 * i] & 15) | (half >> (4 * i) & 15) << 4);
      }
      return;
    }
    default: return put(0);
  }
}

// One row of weights: random bits with small scales, or small numbers.
inline void fill_row(const TypeInfo& t, uint8_t* row, int columns, Random& random) {
  for (int b = 0; b < columns / t.block; ++b) {
    uint8_t* block = row + b * t.bytes;
    if (t.type == WeightType::kF16) {
      set_scales(t.type, block, random);
    } else if (is_float(t)) {
      const float value = random.normal() / 16;
      const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
      std::memcpy(block, bytes + sizeof value - t.bytes, t.bytes);  // BF16 is the upper half
    } else {
      for (int i = 0; i < t.bytes; ++i) block[i] = static_cast<uint8_t>(random.bits());
      set_scales(t.type, block, random);
    }
  }
}

// One token's activations as int8 blocks.
inline void fill_q8(uint8_t* row, int columns, Random& random) {
  const int blocks = columns / kBlock;
  for (int b = 0; b < blocks; ++b) {
    const float scale = 0.01f + 0.001f * static_cast<float>(random.bits() % 16);
    int totals[2] = {0, 0};
    for (int i = 0; i < kBlock; ++i) {
      const int q = static_cast<int>(random.bits() % 255) - 127;
      row[b * kBlock + i] = static_cast<uint8_t>(q);
      totals[i / (kBlock / 2)] += q;
    }
    const auto put = [&](int place, float value) {
      std::memcpy(row + columns + place * sizeof value, &value, sizeof value);
    };
    put(b, scale);
    put(blocks + b, scale * static_cast<float>(totals[0] + totals[1]));
    for (int h = 0; h < 2; ++h) {
      put(2 * blocks + 2 * b + h, scale * static_cast<float>(totals[h]));
    }
  }
}

}  // namespace kt::test
