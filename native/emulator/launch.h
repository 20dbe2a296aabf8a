// SPDX-License-Identifier: Apache-2.0
// The launch of a kernel: its arguments are copied now, its blocks run when the stream gets there.
#pragma once

#include <tuple>
#include <type_traits>

#include "block.h"
#include "runtime.h"

namespace kt::emulated {

template <class... Parameters>
class Call final : public Kernel {
 public:
  template <class... Arguments>
  explicit Call(void (*kernel)(Parameters...), Arguments&&... arguments)
      : kernel_(kernel), arguments_(std::forward<Arguments>(arguments)...) {
    static_assert((std::is_trivially_copyable_v<Parameters> && ...));
  }
  void run() const override { std::apply(kernel_, arguments_); }

 private:
  void (*kernel_)(Parameters...);
  std::tuple<Parameters...> arguments_;
};

cudaError_t launch(cudaStream_t stream, Launch launch);

}  // namespace kt::emulated
