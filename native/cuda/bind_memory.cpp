// SPDX-License-Identifier: Apache-2.0
// Memory of cards and pinned memory as Python objects, and what moves bytes between them.
#include <memory>

#include "arena.h"
#include "bindings.h"
#include "copies.h"
#include "pinned.h"
#include "stream.h"

namespace py = pybind11;
using kt::cuda::Arena, kt::cuda::Memory, kt::cuda::PinnedInPlace, kt::cuda::PinnedMemory,
    kt::cuda::Stream;

namespace {

std::shared_ptr<Arena> open_arena(int device, int64_t budget_bytes) {
  return Arena::open(device, budget_bytes ? budget_bytes : Arena::kAll);
}

template <void (*kCopy)(Stream&, void*, const void*, int64_t)>
void on_addresses(Stream& stream, std::uintptr_t destination, std::uintptr_t source,
                  int64_t bytes) {
  kCopy(stream, reinterpret_cast<void*>(destination), reinterpret_cast<const void*>(source), bytes);
}

void bind_copies(py::class_<Stream> stream) {
  const auto add = [&](const char* name, auto* copy, const char* description) {
    stream.def(name, copy, py::arg("destination"), py::arg("source"), py::arg("size_bytes"),
               py::call_guard<py::gil_scoped_release>(), description);
  };
  add("copy_to_device", &on_addresses<kt::cuda::copy>, "Launch a copy to memory of the card.");
  add("copy_to_host", &on_addresses<kt::cuda::copy>, "Launch a copy to memory of the CPU.");
  add("copy", &on_addresses<kt::cuda::copy>, "Launch a copy within memory of the card.");
  add("write", &on_addresses<kt::cuda::write>,
      "Copy to memory of the card, in order but also during a capture at once, and wait for it.");
  stream.def(
      "fill",
      [](Stream& on, std::uintptr_t address, uint8_t value, int64_t bytes) {
        kt::cuda::fill(on, reinterpret_cast<void*>(address), value, bytes);
      },
      py::arg("address"), py::arg("value"), py::arg("size_bytes"),
      py::call_guard<py::gil_scoped_release>(),
      "Launch the writing of one value to every byte of memory of the card.");
}

}  // namespace

void bind_memory(py::module_& m) {
  py::class_<Memory>(m, "Memory", "Bytes on a card, which go back to their arena with the object.")
      .def_property_readonly(
          "address",
          [](const Memory& memory) { return reinterpret_cast<std::uintptr_t>(memory.data()); })
      .def_property_readonly("size_bytes", &Memory::size);

  py::class_<Arena, std::shared_ptr<Arena>>(m, "Arena", "Memory of one card, within a budget.")
      .def(py::init(&open_arena), py::arg("device"), py::arg("budget_bytes") = 0,
           py::call_guard<py::gil_scoped_release>(), "A budget of 0 is all that the card has.")
      .def("allocate", &Arena::allocate, py::arg("size_bytes"),
           py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("device", &Arena::device)
      .def_property_readonly("budget_bytes", &Arena::budget_bytes)
      .def_property_readonly("context_bytes", &Arena::context_bytes)
      .def_property_readonly("used_bytes", &Arena::used_bytes);

  py::class_<PinnedMemory>(m, "PinnedMemory", py::buffer_protocol(),
                           "Zeroed bytes of this computer that cards read and write in place.")
      .def(py::init<int64_t>(), py::arg("size_bytes"), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("address",
                             [](const PinnedMemory& memory) {
                               return reinterpret_cast<std::uintptr_t>(memory.data());
                             })
      .def_property_readonly("size_bytes", &PinnedMemory::size)
      .def_buffer([](const PinnedMemory& memory) {
        return py::buffer_info(static_cast<uint8_t*>(memory.data()),
                               static_cast<py::ssize_t>(memory.size()));
      });

  py::class_<PinnedInPlace>(
      m, "PinnedInPlace", "Lets a card copy from a writable buffer at full speed, while it lives.")
      .def(py::init([](const Stream& stream, const py::buffer& buffer) {
             const py::buffer_info memory = buffer.request(true);
             const py::gil_scoped_release without_gil;
             return std::make_unique<PinnedInPlace>(stream, memory.ptr,
                                                    memory.size * memory.itemsize);
           }),
           py::arg("stream"), py::arg("buffer"), py::keep_alive<1, 3>());

  bind_copies(m.attr("Stream"));
}
