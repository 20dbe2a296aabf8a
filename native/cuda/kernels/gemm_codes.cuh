// SPDX-License-Identifier: Apache-2.0
// Codes of quantised weights as bfloat16, exactly: 128 plus a code of seven bits is a bfloat16
// whose low byte is the code.
#pragma once

#include "../device.cuh"

namespace kt::cuda {

__device__ constexpr uint32_t in_both(uint32_t half) { return half | half << 16; }

// Two bytes of four, the upper or the lower ones, less kZero.
template <uint32_t kMask, int kZero>
__device__ __forceinline__ uint32_t code_pair(uint32_t bytes, bool upper) {
  constexpr uint32_t kUpperByte = 0x43;  // of the bfloat16 from 128 to 255
  const uint32_t pair = __byte_perm(bytes, kUpperByte, upper ? 0x4342 : 0x4140);
  if constexpr (kMask <= 0x7f) {
    return sub_bf16x2(pair & in_both(0xff00 | kMask), in_both(0x4300 + kZero));
  } else {
    // Eight bits less 128: the low seven, less 128 where the eighth is not set.
    static_assert(kMask == 0xff && kZero == 128);
    return sub_bf16x2(pair & in_both(0xff7f), (pair & in_both(0xff80)) ^ in_both(0x0080));
  }
}

// Eight codes, in order.
template <uint32_t kMask, int kZero>
__device__ __forceinline__ uint4 eight_codes(uint32_t a, uint32_t b) {
  return make_uint4(code_pair<kMask, kZero>(a, false), code_pair<kMask, kZero>(a, true),
                    code_pair<kMask, kZero>(b, false), code_pair<kMask, kZero>(b, true));
}

}  // namespace kt::cuda
