// SPDX-License-Identifier: Apache-2.0
// The machine's nodes and cores, read only.
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "bindings.h"
#include "kt/topology.h"

namespace py = pybind11;

void bind_topology(py::module_& m) {
  py::class_<kt::Node>(m, "Node", "Memory, and the cores next to it.")
      .def_readonly("id", &kt::Node::id)
      .def_readonly("memory_bytes", &kt::Node::memory_bytes)
      .def_readonly("cores", &kt::Node::cores);
  m.def(
      "topology",
      [](const std::optional<std::string>& root) {
        return root ? kt::topology_of(*root) : kt::this_machine();
      },
      py::arg("root") = py::none(),
      "Nodes of this machine, or of one that Linux's files under `root` describe.");
}
