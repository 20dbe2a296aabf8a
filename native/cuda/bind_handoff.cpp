// SPDX-License-Identifier: Apache-2.0
// Hand-offs of work to the CPU, for ktdesk._cuda.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "exchange.h"
#include "handoff.h"
#include "handoff_calibration.h"

namespace py = pybind11;

namespace {

using namespace kt::cuda;
using Address = std::uintptr_t;

template <class T>
T* at(Address address) {
  return reinterpret_cast<T*>(address);
}

std::unique_ptr<Handoff> make_handoff(Stream& stream, const std::string& backend,
                                      double patience_s) {
  return std::make_unique<Handoff>(stream, backend_named(backend),
                                   std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::duration<double>(patience_s)));
}

std::shared_ptr<const void> keep(py::object object) {
  return std::shared_ptr<py::object>(new py::object(std::move(object)), [](py::object* kept) {
    const py::gil_scoped_acquire gil;
    delete kept;
  });
}

// What the CPU replays, and what errors call it.
using NamedGraph = std::pair<py::object, std::string>;

Job job_of(const NamedGraph& named) {
  const auto& [graph, name] = named;
  const auto [run, argument] = graph.attr("job").cast<std::pair<Address, Address>>();
  return {reinterpret_cast<void (*)(void*)>(run), at<void>(argument), name, keep(graph)};
}

uint32_t request(Handoff& handoff, Stream& stream, const std::vector<NamedGraph>& graphs, Address x,
                 Address ids, Address weights, Address mapped_x, Address mapped_ids,
                 Address mapped_weights, int64_t values, int64_t pairs) {
  std::vector<Job> jobs;
  for (const NamedGraph& named : graphs) jobs.push_back(job_of(named));
  return handoff.request(
      stream, std::move(jobs),
      {at<const float>(x), at<const int32_t>(ids), at<const float>(weights), at<float>(mapped_x),
       at<int32_t>(mapped_ids), at<float>(mapped_weights), values, pairs});
}

void wait(Handoff& handoff, Stream& stream, uint32_t number, Address result, Address start,
          Address out, int64_t values) {
  handoff.wait(stream, number,
               {at<const float>(result), at<const float>(start), at<float>(out), values});
}

std::vector<std::tuple<std::string, double, std::string>> calibrate(Stream& stream) {
  std::vector<std::tuple<std::string, double, std::string>> found;
  for (const BackendTime& time : calibrate_handoff(stream)) {
    found.emplace_back(name_of(time.backend), time.microseconds, time.problem);
  }
  return found;
}

}  // namespace

void bind_handoff(py::module_& m) {
  py::class_<Handoff>(m, "Handoff", "CPU work inside a graph, or inside steps that run eagerly.")
      .def(py::init(&make_handoff), py::arg("stream"), py::arg("backend"), py::arg("patience_s"),
           py::keep_alive<1, 2>())
      .def("request", &request, "Launch: hand data to the CPU, which replays graphs of its own.")
      .def("wait", &wait, "Launch: wait for a request by its number, and add what came of it.")
      .def("add_stream", &Handoff::add_stream, py::arg("stream"), py::keep_alive<1, 2>(),
           "Let a part of each step be launched on another card's stream.")
      .def("begin_step", &Handoff::begin_step, py::call_guard<py::gil_scoped_release>(),
           "Get ready, right before the step is launched.")
      .def("finish_step", &Handoff::finish_step, py::call_guard<py::gil_scoped_release>(),
           "Wait for the step's end.");
  m.def("calibrate_handoff", &calibrate, py::call_guard<py::gil_scoped_release>(),
        "For each back end: its name, microseconds per hand-off, and what is wrong with it.");
  m.def(
      "copy_inputs",
      [](Stream& stream, Address mapped, Address out, int64_t count) {
        copy_inputs(stream, at<const int32_t>(mapped), at<int32_t>(out), count);
      },
      "Launch: copy integers of mapped memory to the GPU's.");
}
