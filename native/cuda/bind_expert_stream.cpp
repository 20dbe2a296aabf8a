// SPDX-License-Identifier: Apache-2.0
// The way of experts' weights to a card, and what is done with them there.
#include <pybind11/stl.h>

#include <tuple>

#include "../src/launches.h"
#include "bindings.h"
#include "expert_stream.h"
#include "streamed.h"

namespace py = pybind11;
using kt::bind::Address, kt::bind::at, kt::cuda::ExpertStream, kt::cuda::Stream;

namespace {

// Of each expert, for each part: address, bytes, where in the slot.
using Experts = std::vector<std::vector<std::tuple<Address, int64_t, int64_t>>>;

void add(ExpertStream& stream, const Experts& experts) {
  std::vector<kt::cuda::ExpertParts> parts(experts.size());
  for (std::size_t i = 0; i < experts.size(); ++i) {
    for (const auto& [from, bytes, to] : experts[i]) {
      parts[i].push_back({at<const uint8_t>(from), bytes, to});
    }
  }
  stream.add(parts);
}

}  // namespace

void bind_expert_stream(py::module_& m) {
  const auto without_gil = py::call_guard<py::gil_scoped_release>();
  py::class_<ExpertStream>(m, "ExpertStream",
                           "Brings experts' weights to the card, through a ring of slots.")
      .def(py::init([](const Stream& stream, Address pinned, std::size_t pinned_slots,
                       Address device, std::size_t slots, int64_t slot_bytes, int threads) {
             return std::make_unique<ExpertStream>(
                 stream, kt::cuda::Slots{at<uint8_t>(pinned), pinned_slots},
                 kt::cuda::Slots{at<uint8_t>(device), slots}, slot_bytes, threads);
           }),
           py::arg("stream"), py::arg("pinned"), py::arg("pinned_slots"), py::arg("device"),
           py::arg("slots"), py::arg("slot_bytes"), py::arg("threads"))
      .def("add", &add, py::arg("experts"), without_gil,
           "Bring these experts, too, each as parts: address, bytes, where in the slot.")
      .def("drop", &ExpertStream::drop, without_gil,
           "Bring nothing more of what was added; nothing is read any more from there.")
      .def("take", &ExpertStream::take, py::arg("stream"), without_gil,
           "Return the slot of the next expert, which launches on the stream see from now on.")
      .def("give_back", &ExpertStream::give_back, py::arg("stream"), without_gil,
           "Let the slot that was taken first be filled again after what has been launched.");

  py::class_<Stream> stream = m.attr("Stream");
  stream.def(
      "deinterleave",
      [](Stream& on, const kt::bind::MatrixOf& interleaved, Address out, int64_t rows) {
        kt::cuda::deinterleave(on, {kt::bind::matrix(interleaved), at<uint8_t>(out), rows});
      },
      without_gil, "Write interleaved rows as they are in the file.");
  stream.def(
      "add_rows",
      [](Stream& on, Address x, Address rows, Address out, int64_t count, int width) {
        kt::cuda::add_rows(
            on, {at<const float>(x), at<const int32_t>(rows), at<float>(out), count, width});
      },
      without_gil, "Add each row to the one of `out` that is named.");
}
