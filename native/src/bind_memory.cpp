// SPDX-License-Identifier: Apache-2.0
// Memory for weights, as an object with Python's buffer protocol, and the nodes it comes from.
#include "bindings.h"
#include "kt/memory.h"
#include "kt/placement.h"
#include "kt/read_ahead.h"
#include "kt/stream.h"

namespace py = pybind11;

void bind_memory(py::module_& m) {
  py::class_<kt::Memory>(m, "Memory", py::buffer_protocol(),
                         "Writable bytes, zero at first, that go with the last view of them.")
      .def(py::init<int64_t>(), py::arg("size_bytes"))
      .def_buffer([](const kt::Memory& memory) {
        return py::buffer_info(memory.data(), static_cast<py::ssize_t>(memory.size()));
      });
  m.def("grants_huge_pages", &kt::grants_huge_pages,
        "Whether the system gives this process huge pages.");
  m.def(
      "place_rows",
      [](const kt::Stream& stream, std::uintptr_t data, int64_t matrices, int64_t rows,
         int64_t row_bytes) {
        kt::place_rows(stream.pool(), reinterpret_cast<uint8_t*>(data), matrices, rows, row_bytes);
      },
      py::call_guard<py::gil_scoped_release>(),
      "Take the memory of rows from the nodes whose threads read them; fills them with zeros.");
  m.def(
      "read_experts",
      [](kt::Stream& stream, std::uintptr_t data, int64_t expert_bytes, std::uintptr_t plan,
         int64_t experts) {
        const kt::ReadExpertsArgs args{reinterpret_cast<const uint8_t*>(data), expert_bytes,
                                       reinterpret_cast<const int32_t*>(plan)};
        stream.launch(&kt::read_experts, args, experts, 1);
      },
      py::call_guard<py::gil_scoped_release>(),
      "Ask the system to fetch the experts that the plan uses from a mapped file.");
}
