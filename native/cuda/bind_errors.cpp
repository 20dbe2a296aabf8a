// SPDX-License-Identifier: Apache-2.0
// What goes wrong becomes errors for people, whose words are in ktdesk/kernels/cuda_module.py.
#include "bindings.h"
#include "errors.h"
#include "handoff.h"

namespace py = pybind11;

namespace {

template <class... Args>
void raise(const char* maker, const Args&... args) {
  const py::object error = py::module_::import("ktdesk.kernels.cuda_module").attr(maker)(args...);
  PyErr_SetObject(py::type::of(error).ptr(), error.ptr());
}

}  // namespace

void bind_errors(py::module_&) {
  py::register_local_exception_translator([](std::exception_ptr pointer) {
    try {
      std::rethrow_exception(pointer);
    } catch (const kt::cuda::OutOfMemory& error) {
      raise("memory_shortage", error.needed_bytes(), error.available_bytes(), error.budget_bytes());
    } catch (const kt::cuda::OutOfPinnedMemory& error) {
      raise("pinned_shortage", error.needed_bytes());
    } catch (const kt::cuda::HandoffError& error) {
      raise("handoff_error", error.what());
    } catch (const kt::cuda::Error& error) {
      raise("device_error", error.what(), error.code() == cudaErrorMemoryAllocation);
    }
  });
}
