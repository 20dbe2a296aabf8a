// SPDX-License-Identifier: Apache-2.0
// Python module ktdesk._cuda: GPUs, their memory, and streams on them.
#include "bindings.h"

#include "stream.h"

namespace py = pybind11;

PYBIND11_MODULE(_cuda, m) {
  m.doc() = "GPU kernels of KTDesk, captured and replayed as CUDA graphs.";
  bind_errors(m);
  bind_facts(m);
  py::class_<kt::cuda::Stream>(m, "Stream", "Runs launches in order.");
  bind_memory(m);
}
