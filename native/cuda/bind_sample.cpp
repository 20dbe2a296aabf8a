// SPDX-License-Identifier: Apache-2.0
// The search for a step's largest logits. Tensors come as addresses: ktdesk/kernels/top_logits.py
// has checked them.
#include "bindings.h"
#include "sample.h"

namespace py = pybind11;
using kt::cuda::Stream;

namespace {

void top_logits(Stream& stream, std::uintptr_t logits, std::uintptr_t ids, std::uintptr_t values,
                std::uintptr_t sums, int tokens, int vocabulary) {
  kt::cuda::top_logits(stream, {reinterpret_cast<const float*>(logits),
                                reinterpret_cast<int32_t*>(ids), reinterpret_cast<float*>(values),
                                reinterpret_cast<float*>(sums), tokens, vocabulary});
}

}  // namespace

void bind_sample(py::module_& m) {
  py::class_<Stream> stream(m.attr("Stream"));
  stream.def("top_logits", &top_logits, py::call_guard<py::gil_scoped_release>());
}
