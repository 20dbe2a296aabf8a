// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

// Adds one launch function per kernel to the module.
void bind_kernels(pybind11::module_& module);

// Adds the memory for weights.
void bind_memory(pybind11::module_& module);
