// SPDX-License-Identifier: Apache-2.0
// What CUDA adds to C++: qualifiers, vector types and the variables that say which thread runs.
#pragma once

#include <cstdint>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __constant__ static const
#define __shared__ static  // the linker puts them together: shared.ld

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

#define KT_VECTOR2(name, type, alignment) \
  struct alignas(alignment) name {        \
    type x, y;                            \
  };                                      \
  constexpr name make_##name(type x, type y) { return {x, y}; }
#define KT_VECTOR4(name, type, alignment) \
  struct alignas(alignment) name {        \
    type x, y, z, w;                      \
  };                                      \
  constexpr name make_##name(type x, type y, type z, type w) { return {x, y, z, w}; }
KT_VECTOR2(char2, signed char, 2)
KT_VECTOR2(uchar2, unsigned char, 2)
KT_VECTOR2(short2, short, 4)
KT_VECTOR2(ushort2, unsigned short, 4)
KT_VECTOR2(int2, int, 8)
KT_VECTOR2(uint2, unsigned, 8)
KT_VECTOR2(float2, float, 8)
KT_VECTOR4(char4, signed char, 4)
KT_VECTOR4(uchar4, unsigned char, 4)
KT_VECTOR4(short4, short, 8)
KT_VECTOR4(ushort4, unsigned short, 8)
KT_VECTOR4(int4, int, 16)
KT_VECTOR4(uint4, unsigned, 16)
KT_VECTOR4(float4, float, 16)
#undef KT_VECTOR2
#undef KT_VECTOR4

#define threadIdx (::kt::emulated::thread->index)
#define blockIdx (::kt::emulated::block.index)
#define blockDim (::kt::emulated::block.launch->block)
#define gridDim (::kt::emulated::block.launch->grid)
#define warpSize 32
