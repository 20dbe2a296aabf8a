// SPDX-License-Identifier: Apache-2.0
// Mapped files as read-only buffers of Python.
#include <cstdint>
#include <memory>
#include <system_error>

#include "bindings.h"
#include "kt/mapped.h"

namespace py = pybind11;

namespace {

#ifdef _WIN32

kt::OpenFile open_file(int descriptor) {
  const py::object handle = py::module_::import("msvcrt").attr("get_osfhandle")(descriptor);
  return reinterpret_cast<kt::OpenFile>(handle.cast<std::intptr_t>());
}

void set_os_error(const std::error_code& code) {
  PyErr_SetExcFromWindowsErr(PyExc_OSError, code.value());
}

#else

kt::OpenFile open_file(int descriptor) { return descriptor; }

void set_os_error(const std::error_code& code) {
  PyErr_SetObject(PyExc_OSError, py::make_tuple(code.value(), code.message()).ptr());
}

#endif

// Raises OSError with the system's number and words, or ValueError for a file without bytes.
std::unique_ptr<kt::MappedFile> map(int descriptor) {
  try {
    return std::make_unique<kt::MappedFile>(open_file(descriptor));
  } catch (const std::system_error& error) {
    set_os_error(error.code());
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
