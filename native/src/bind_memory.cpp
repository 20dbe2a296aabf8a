// SPDX-License-Identifier: Apache-2.0
// Memory for weights, as an object with Python's buffer protocol.
#include "bindings.h"
#include "kt/memory.h"

namespace py = pybind11;

void bind_memory(py::module_& m) {
  py::class_<kt::Memory>(m, "Memory", py::buffer_protocol(),
                         "Writable bytes, zero at first, that go with the last view of them.")
      .def(py::init<int64_t>(), py::arg("size_bytes"))
      .def_property_readonly("huge_bytes", &kt::Memory::huge_bytes,
                             "How much of what was written lies in huge pages.")
      .def_buffer([](const kt::Memory& memory) {
        return py::buffer_info(memory.data(), static_cast<py::ssize_t>(memory.size()));
      });
}
