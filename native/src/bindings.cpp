// SPDX-License-Identifier: Apache-2.0
// Python module ktdesk._native: thread pools, streams, graphs, and what this machine can run.
#include "bindings.h"

#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kt/features.h"
#include "kt/kernels.h"
#include "kt/stream.h"

namespace py = pybind11;

namespace {

std::vector<std::string> names(bool usable_only) {
  std::vector<std::string> found;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
    if (!usable_only || (*t)->runs_on(kt::detect_features())) found.emplace_back((*t)->isa);
  }
  return found;
}

// For each kernel, the instruction set whose version this process runs; nothing if it runs none.
std::map<std::string, std::string> kernel_tables() {
  std::map<std::string, std::string> served;
  if (!kt::kernels().isa) return served;
  for (const kt::KernelTable* const* t = kt::kTables; *t; ++t) {
#define KT_SERVES(name, Args, grain) \
  if ((*t)->name == kt::kernels().name) served.emplace(#name, (*t)->isa);
    KT_KERNELS(KT_SERVES)
#undef KT_SERVES
  }
  return served;
}

std::vector<std::tuple<std::string, bool, bool>> instruction_sets() {
  std::vector<std::tuple<std::string, bool, bool>> found;
  for (const kt::InstructionSet& set : kt::instruction_sets()) {
    found.emplace_back(set.name, set.is_present, set.is_granted);
  }
  return found;
}

std::unique_ptr<kt::ThreadPool> make_pool(int threads,
                                          const std::optional<kt::Topology>& topology) {
  return topology ? std::make_unique<kt::ThreadPool>(kt::spread(*topology, threads))
                  : std::make_unique<kt::ThreadPool>(threads);
}

// Raises std::invalid_argument, a ValueError in Python, if that leaves no kernels to launch.
kt::Stream make_stream(kt::ThreadPool& pool, const std::optional<std::string>& isa) {
  const kt::KernelTable kernels =
      isa ? kt::resolve(kt::detect_features(), isa->c_str()) : kt::kernels();
  if (!kernels.isa) throw std::invalid_argument("this build has no kernels of the name asked for");
  return kt::Stream(pool, kernels);
}

// What another module needs to replay a graph on a thread of its own: void (*)(void*), and its
// argument.
std::pair<std::uintptr_t, std::uintptr_t> job(const kt::Graph& graph) {
  void (*const replay)(void*) = [](void* it) noexcept {
    static_cast<const kt::Graph*>(it)->replay();
  };
  return {reinterpret_cast<std::uintptr_t>(replay), reinterpret_cast<std::uintptr_t>(&graph)};
}

}  // namespace

PYBIND11_MODULE(_native, m) {
  m.doc() = "CPU kernels of KTDesk, captured and replayed like CUDA graphs.";

  bind_topology(m);
  py::class_<kt::ThreadPool>(m, "ThreadPool", "Threads that split one loop at a time.")
      .def(py::init(&make_pool), py::arg("threads"), py::arg("topology") = py::none(),
           "Start threads on the cores of this machine, or of a made-up one.")
      .def_property_readonly("threads", &kt::ThreadPool::threads);

  py::class_<kt::Graph>(m, "Graph", "Launches captured from a stream.")
      .def("replay", &kt::Graph::replay, py::call_guard<py::gil_scoped_release>(),
           "Run every launch again, in order, without the GIL.")
      .def_property_readonly(
          "job", &job,
          "A function of C and its argument, as addresses, that replay the graph "
          "on any thread for as long as this object lives.")
      .def("__len__", &kt::Graph::size);

  py::class_<kt::Flag>(m, "Flag", "Set from any thread to ask whoever looks at it to stop.")
      .def(py::init())
      .def("set", &kt::Flag::set)
      .def("is_set", &kt::Flag::is_set);

  py::class_<kt::Stream> stream(m, "Stream",
                                "Runs launches at once, or records them between begin_capture and "
                                "end_capture. One caller at a time.");
  stream
      .def(py::init(&make_stream), py::arg("pool"), py::arg("isa") = py::none(),
           py::keep_alive<1, 2>(),
           "Launch the kernels of `isa` and below; by default what KTDESK_ISA says, else the best.")
      .def_property_readonly("is_gpu", [](const kt::Stream&) { return false; })
      .def_property_readonly(
          "has_tiles", [](const kt::Stream& stream) { return stream.kernels().has_tiles; },
          "Whether products also take activations in bfloat16.")
      .def_property_readonly(
          "rounds_attention",
          [](const kt::Stream& stream) { return stream.kernels().rounds_attention; },
          "Whether attention takes in bfloat16 what may be rounded.")
      .def(
          "heed", [](const kt::Stream& stream, const kt::Flag* flag) { stream.pool().heed(flag); },
          "Leave out what is left of launches once a flag is set; None ends that.")
      .def("begin_capture", &kt::Stream::begin_capture, "Record launches from now on.")
      .def("end_capture", &kt::Stream::end_capture, py::keep_alive<0, 1>(),
           "Return what was recorded; launches run at once again.");

  m.def(
      "isa", [] { return kt::kernels().isa; },
      "Fastest instruction set in use; None if KTDESK_ISA names an unknown one.");
  m.def("isas", [] { return names(true); }, "Sets that this machine can run, fastest first.");
  m.def("all_isas", [] { return names(false); }, "Sets that this build has, fastest first.");
  m.def("instruction_sets", &instruction_sets,
        "Name, whether the processor has it, whether the system grants it, of each.");
  m.def("kernel_tables", &kernel_tables, "The instruction set that serves each kernel.");
  bind_mapped(m);
  bind_memory(m);
  bind_kernels(m, stream);
}
