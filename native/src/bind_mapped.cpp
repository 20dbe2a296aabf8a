// SPDX-License-Identifier: Apache-2.0
// Mapped files as read-only buffers of Python.
#include <memory>
#include <system_error>

#include "bindings.h"
#include "kt/mapped.h"

namespace py = pybind11;

namespace {

// Raises OSError with the system's number and words, or ValueError for a file without bytes.
std::unique_ptr<kt::MappedFile> map(int file) {
  try {
    return std::make_unique<kt::MappedFile>(file);
  } catch (const std::system_error& error) {
    const py::tuple reason = py::make_tuple(error.code().value(), error.code().message());
    PyErr_SetObject(PyExc_OSError, reason.ptr());
    throw py::error_already_set();
  }
}

py::buffer_info bytes(kt::MappedFile& file) {
  return {file.data(), static_cast<py::ssize_t>(file.size()), /*readonly=*/true};
}

}  // namespace

void bind_mapped(py::module_& module) {
  py::class_<kt::MappedFile>(module, "MappedFile", py::buffer_protocol(),
                             "All bytes of a file, read only.")
      .def(py::init(&map), py::arg("file"))
      .def_property_readonly("is_lost", &kt::MappedFile::is_lost)
      .def_buffer(&bytes);
}
