// SPDX-License-Identifier: Apache-2.0
// What the threads of a block and of a warp do together: barriers, shuffles and votes.
#pragma once

#include <cstring>
#include <type_traits>

#include "report.h"
#include "skip.h"

namespace kt::emulated {

constexpr uint32_t kAllLanes = 0xFFFFFFFFu;

// `complete` makes the results of all lanes in `mask` from the operands of all.
template <class Out, class In, class Function>
Out meet_all(const char* kind, uint32_t mask, const In& in, Function, const Place& place) {
  static_assert(sizeof(In) <= kSlotBytes && sizeof(Out) <= kSlotBytes);
  static_assert(std::is_trivially_copyable_v<In> && std::is_trivially_copyable_v<Out>);
  static_assert(std::is_empty_v<Function>);
  const Complete complete = [](Warp& warp, uint32_t lanes) {
    struct Operands {
      Warp& warp;
      In operator[](unsigned lane) const {
        In value;
        std::memcpy(&value, warp.in[lane], sizeof(In));
        return value;
      }
    };
    for (uint32_t left = lanes; left; left &= left - 1) {
      const unsigned lane = static_cast<unsigned>(__builtin_ctz(left));
      const Out out = Function()(Operands{warp}, lane, lanes);
      std::memcpy(warp.out[lane], &out, sizeof(Out));
    }
  };
  Out out;
  std::memcpy(&out, meet(kind, mask, &in, sizeof(In), complete, place), sizeof(Out));
  return out;
}

template <class T>
struct Shuffle {
  T value;
  int lane, width;
};

// The value of the lane that `source` names, or the lane's own if that is outside of its segment.
template <class T, class Source>
T shuffle(const char* kind, uint32_t mask, T value, int lane, int width, Source,
          const Place& place) {
  if (width < 1 || width > 32 || (width & (width - 1)))
    fail(place, kind, " of a width that is no power of two");
  return meet_all<T>(
      kind, mask, Shuffle<T>{value, lane, width},
      [](const auto& operands, unsigned self, uint32_t lanes) {
        const Shuffle<T> own = operands[self];
        const int begin = static_cast<int>(self) & ~(own.width - 1);
        int from = Source()(static_cast<int>(self), begin, own);
        if (from < begin || from >= begin + own.width) from = static_cast<int>(self);
        // A lane outside of the mask has nothing to give: poison.
        if (!(lanes >> from & 1)) {
          T poison;
          std::memset(&poison, 0xFF, sizeof(T));
          return poison;
        }
        return operands[static_cast<unsigned>(from)].value;
      },
      place);
}

}  // namespace kt::emulated

inline void __syncthreads(const kt::emulated::Place& place = kt::emulated::Place::current()) {
  kt::emulated::wait_block(place);
}

inline void __syncwarp(uint32_t mask = kt::emulated::kAllLanes,
                       const kt::emulated::Place& place = kt::emulated::Place::current()) {
  if (kt::emulated::is_skipped(place)) return;
  kt::emulated::meet("__syncwarp", mask, nullptr, 0, [](kt::emulated::Warp&, uint32_t) {}, place);
}

#define KT_SHUFFLE(name, source)                                                     \
  template <class T>                                                                 \
  T name(uint32_t mask, T value, int lane, int width = 32,                           \
         const kt::emulated::Place& place = kt::emulated::Place::current()) {        \
    return kt::emulated::shuffle(                                                    \
        #name, mask, value, lane, width,                                             \
        []([[maybe_unused]] int self, [[maybe_unused]] int begin, const auto& own) { \
          return source;                                                             \
        },                                                                           \
        place);                                                                      \
  }
KT_SHUFFLE(__shfl_sync, begin + (own.lane & (own.width - 1)))
KT_SHUFFLE(__shfl_xor_sync, self ^ own.lane)
KT_SHUFFLE(__shfl_up_sync, self - own.lane)
KT_SHUFFLE(__shfl_down_sync, self + own.lane)
#undef KT_SHUFFLE

inline unsigned __ballot_sync(uint32_t mask, int predicate,
                              const kt::emulated::Place& place = kt::emulated::Place::current()) {
  return kt::emulated::meet_all<unsigned>(
      "__ballot_sync", mask, predicate,
      [](const auto& operands, unsigned, uint32_t lanes) {
        unsigned votes = 0;
        for (unsigned lane = 0; lane < kt::emulated::kLanes; ++lane)
          if (lanes >> lane & 1 && operands[lane]) votes |= 1u << lane;
        return votes;
      },
      place);
}

inline int __any_sync(uint32_t mask, int predicate,
                      const kt::emulated::Place& place = kt::emulated::Place::current()) {
  return __ballot_sync(mask, predicate, place) != 0;
}

inline int __all_sync(uint32_t mask, int predicate,
                      const kt::emulated::Place& place = kt::emulated::Place::current()) {
  return __ballot_sync(mask, predicate, place) == mask;
}
