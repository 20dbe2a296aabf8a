// SPDX-License-Identifier: Apache-2.0
// What CUDA reports, as Python exceptions.
#include "bindings.h"
#include "errors.h"

namespace py = pybind11;

namespace {

void raise_out_of_memory(const py::handle& type, const kt::cuda::OutOfMemory& error) {
  const py::object raised = type(error.what());
  raised.attr("needed_bytes") = error.needed_bytes();
  raised.attr("available_bytes") = error.available_bytes();
  raised.attr("budget_bytes") = error.budget_bytes();
  PyErr_SetObject(type.ptr(), raised.ptr());
}

}  // namespace

void bind_errors(py::module_& m) {
  static py::handle error_type, shortage_type;  // as long as the module: to the end
  error_type = py::exception<kt::cuda::Error>(m, "Error", PyExc_RuntimeError).release();
  shortage_type = py::exception<kt::cuda::OutOfMemory>(m, "OutOfMemory", error_type).release();
  py::register_local_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const kt::cuda::OutOfMemory& error) {
      raise_out_of_memory(shortage_type, error);
    } catch (const kt::cuda::Error& error) {
      PyErr_SetString(error_type.ptr(), error.what());
    }
  });
}
