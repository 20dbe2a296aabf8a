// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "kt/stream.h"

// Adds one launch function per kernel to streams, and what belongs to kernels to the module.
void bind_kernels(pybind11::module_& module, pybind11::class_<kt::Stream>& stream);

// Adds the mapping of files.
void bind_mapped(pybind11::module_& module);

// Adds the machine's nodes and cores.
void bind_topology(pybind11::module_& module);

// Adds the memory for weights, after the stream that places rows.
void bind_memory(pybind11::module_& module);
