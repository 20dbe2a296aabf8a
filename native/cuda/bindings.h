// SPDX-License-Identifier: Apache-2.0
// The parts of the Python module ktdesk._cuda.
#pragma once

#include <pybind11/pybind11.h>

// Adds the exceptions; before everything that raises them.
void bind_errors(pybind11::module_& module);

// Adds what there is and what is missing: driver, cards, architectures.
void bind_facts(pybind11::module_& module);

// Adds the memory of cards, pinned memory, and copies; after the stream that they run on.
void bind_memory(pybind11::module_& module);

// Adds what brings experts' weights to a card; after the stream that uses them.
void bind_expert_stream(pybind11::module_& module);

// Adds hand-offs of work to the CPU; after the stream.
void bind_handoff(pybind11::module_& module);

// Adds the search for a step's largest logits; after the stream.
void bind_sample(pybind11::module_& module);
