// SPDX-License-Identifier: Apache-2.0
// Python module ktdesk._native: thread pools, streams, graphs, and what this machine can run.
#include "bindings.h"

#include <pybind11/stl.h>

#include <map>
#include <string>
#include <vector>

#include "kt/kernels.h"
#include "kt/stream.h"

namespace py = pybind11;

namespace {

bool usable(const kt::KernelTable& table) {
  return (kt::detect_features() & table.needs) == table.needs;
}

std::vector<std::string> names(bool usable_only) {
  std::vector<std::string> found;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
    if (!usable_only || usable(**t)) found.emplace_back((*t)->isa);
  }
  return found;
}

// For each kernel, the instruction set whose version this process runs.
std::map<std::string, std::string> kernel_tables() {
  std::map<std::string, std::string> served;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
#define KT_SERVES(name, Args, grain) \
  if ((*t)->name == kt::kernels().name) served.emplace(#name, (*t)->isa);
    KT_KERNELS(KT_SERVES)
#undef KT_SERVES
  }
  return served;
}

}  // namespace

PYBIND11_MODULE(_native, m) {
  m.doc() = "CPU kernels of KTDesk, captured and replayed like CUDA graphs.";

  py::class_<kt::ThreadPool>(m, "ThreadPool", "Threads that split one loop at a time.")
      .def(py::init<int>(), py::arg("threads"))
      .def_property_readonly("threads", &kt::ThreadPool::threads);

  py::class_<kt::Graph>(m, "Graph", "Launches captured from a stream.")
      .def("replay", &kt::Graph::replay, py::call_guard<py::gil_scoped_release>(),
           "Run every launch again, in order, without the GIL.")
      .def("__len__", &kt::Graph::size);

  py::class_<kt::Stream>(m, "Stream",
                         "Runs launches at once, or records them between begin_capture and "
                         "end_capture. One caller at a time.")
      .def(py::init<kt::ThreadPool&>(), py::arg("pool"), py::keep_alive<1, 2>())
      .def("begin_capture", &kt::Stream::begin_capture, "Record launches from now on.")
      .def("end_capture", &kt::Stream::end_capture, py::keep_alive<0, 1>(),
           "Return what was recorded; launches run at once again.");

  m.def("isa", [] { return kt::kernels().isa; }, "Fastest instruction set in use.");
  m.def("isas", [] { return names(true); }, "Sets that this machine can run, fastest first.");
  m.def("all_isas", [] { return names(false); }, "Sets that this build has, fastest first.");
  m.def("kernel_tables", &kernel_tables, "The instruction set that serves each kernel.");
  bind_kernels(m);
}
