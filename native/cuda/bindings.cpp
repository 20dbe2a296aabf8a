// SPDX-License-Identifier: Apache-2.0
// Python module ktdesk._cuda: a GPU's memory, streams whose launches become one CUDA graph, and
// hand-offs to the CPU inside it. Knows nothing of torch: memory comes as addresses.
#include "bindings.h"

#include <memory>

#include "../src/launches.h"
#include "arena.h"
#include "attention_sections.h"
#include "kernels.h"
#include "stream.h"

namespace py = pybind11;

namespace kt::cuda {

// Beside Stream, where `Launches` finds them.
#define KT_LAUNCH_ON_GPU(name, Args, grain)                                                  \
  static void launch(Stream& stream, bind::name##_kernel, const Args& args, int64_t items) { \
    name(stream, args, items);                                                               \
  }
KT_DEVICE_KERNELS(KT_LAUNCH_ON_GPU)
#undef KT_LAUNCH_ON_GPU

}  // namespace kt::cuda

namespace {

using kt::cuda::Arena, kt::cuda::Graph, kt::cuda::Stream;

}  // namespace

PYBIND11_MODULE(_cuda, m) {
  m.doc() = "GPU kernels of KTDesk, captured and replayed as CUDA graphs.";
  bind_errors(m);
  bind_facts(m);
  py::class_<Graph>(m, "Graph", "Launches captured from a stream.")
      .def("replay", &Graph::replay, py::call_guard<py::gil_scoped_release>(),
           "Launch all of them again, in one launch; it does not wait.");
  py::class_<Stream> stream(m, "Stream",
                            "Runs launches in order, or records them between begin_capture and "
                            "end_capture. One caller at a time.");
  bind_memory(m);
  stream.def(py::init<std::shared_ptr<Arena>>(), py::arg("arena"))
      .def_property_readonly("is_gpu", [](const Stream&) { return true; })
      .def_property_readonly("has_tiles", [](const Stream&) { return false; })
      .def_property_readonly("rounds_attention", [](const Stream&) { return true; })
      .def("attention_sections",
           [](const Stream& on, int tokens, int heads, int kv_heads) {
             return kt::cuda::attention_sections(tokens, heads, kv_heads, on.multiprocessors());
           })
      .def("synchronize", &Stream::synchronize, py::call_guard<py::gil_scoped_release>(),
           "Wait for all that was launched.")
      .def("follow", &Stream::follow, py::arg("other"),
           "Let what is launched from now on wait for all that was launched on another stream.")
      .def("begin_capture", &Stream::begin_capture, "Record launches from now on.")
      .def("end_capture", &Stream::end_capture, py::keep_alive<0, 1>(),
           "Return what was recorded; launches run again.");
  kt::bind::bind_launches(stream);
  bind_handoff(m);
  bind_expert_stream(m);
  bind_sample(m);
}
