// SPDX-License-Identifier: Apache-2.0
// Cards, driver and build, as Python objects.
#include <pybind11/stl.h>

#include "bindings.h"
#include "context.h"
#include "facts.h"

namespace py = pybind11;
using kt::cuda::DeviceFacts, kt::cuda::DeviceMemory, kt::cuda::Facts, kt::cuda::Problem;

void bind_facts(py::module_& m) {
  py::class_<Problem>(m, "Problem", "What is wrong, and what to do about it.")
      .def_readonly("text", &Problem::text)
      .def_readonly("remedy", &Problem::remedy)
      .def("__bool__", [](const Problem& problem) { return !problem.text.empty(); });

  py::class_<DeviceFacts>(m, "DeviceFacts", "One card.")
      .def_readonly("index", &DeviceFacts::index)
      .def_readonly("name", &DeviceFacts::name)
      .def_property_readonly(
          "compute_capability",
          [](const DeviceFacts& device) { return py::make_tuple(device.major, device.minor); })
      .def_readonly("memory_bytes", &DeviceFacts::memory_bytes)
      .def_readonly("free_bytes", &DeviceFacts::free_bytes)
      .def_readonly("multiprocessors", &DeviceFacts::multiprocessors)
      .def_readonly("pci_address", &DeviceFacts::pci_address)
      .def_readonly("problem", &DeviceFacts::problem);

  py::class_<Facts>(m, "Facts", "The driver and its cards.")
      .def_readonly("runtime_version", &Facts::runtime_version)
      .def_readonly("driver_version", &Facts::driver_version)
      .def_readonly("driver", &Facts::driver)
      .def_readonly("devices", &Facts::devices)
      .def_readonly("problem", &Facts::problem);

  py::class_<DeviceMemory>(m, "DeviceMemory", "A card's memory, of which a context takes a part.")
      .def_readonly("total_bytes", &DeviceMemory::total_bytes)
      .def_readonly("free_bytes", &DeviceMemory::free_bytes)
      .def_readonly("context_bytes", &DeviceMemory::context_bytes);

  m.attr("ARCHITECTURES") = kt::cuda::architectures();
  m.def("facts", &kt::cuda::facts, py::call_guard<py::gil_scoped_release>(),
        "Look at driver and cards, without a context on any.");
  m.def("open_context", &kt::cuda::open_context, py::arg("device"),
        py::call_guard<py::gil_scoped_release>(),
        "Set up a card's context unless there is one; say what memory the card has then.");
}
