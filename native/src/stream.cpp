// SPDX-License-Identifier: Apache-2.0
#include "kt/stream.h"

#include <stdexcept>
#include <utility>

namespace kt {

void Graph::replay() const noexcept {
  for (const Node& node : nodes_) {
    const void* args = args_.data() + node.args;
    pool_->run(node.items, node.grain,
               [&](Range part) noexcept { node.run(node.kernel, args, part); });
  }
}

void Stream::begin_capture() {
  if (capturing_) throw std::logic_error("the stream is already capturing");
  capturing_ = true;
}

Graph Stream::end_capture() {
  if (!capturing_) throw std::logic_error("the stream is not capturing");
  capturing_ = false;
  return std::exchange(graph_, Graph(*pool_));
}

}  // namespace kt
