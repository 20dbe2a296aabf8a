# SPDX-License-Identifier: Apache-2.0
"""The machine as it is before the benchmark: what it is, whether it is idle, what it can do."""

from __future__ import annotations

import datetime

import psutil

from ktdesk import __version__
from ktdesk.errors import MemoryShortage, format_bytes
from ktdesk.hardware import available_memory_bytes, describe_machine
from tests.bench.probe import Probe
from tests.bench.programs import BenchError, Say
from tests.bench.shapes import Shape
from tests.bench.synthetic import model_bytes

_BUSY_PERCENT = 10  # of all cores, used by others while nothing is measured
_LOOK_S = 2.0
# Of the weights: caches and activations, and what llama.cpp keeps beside the weights it repacks.
_MEMORY_FACTOR = 1.1


def describe(threads: int) -> dict[str, str]:
    """Return lines about program, machine and load, by what they are."""
    found = describe_machine()
    sets = ", ".join(found.processor.kernels) or found.processor.kernels_problem
    return {
        "program": f"KTDesk {__version__}, {datetime.date.today().isoformat()}",
        "machine": (
            f"{found.processor.name}, {found.processor.physical_cores} cores, "
            f"{format_bytes(found.memory.total_bytes)} memory, {found.system.name}"
        ),
        "flags": f"{threads} threads on both sides; KTDesk's kernels: {sets}",
        "load": load_line(),
    }


def load_line() -> str:
    """Return how busy other programs keep the machine now; looks for a moment."""
    busy = psutil.cpu_percent(_LOOK_S)
    loads = ", ".join(f"{load:.2f}" for load in psutil.getloadavg())
    line = f"Load average {loads}; {busy:.0f} % of the processor in use by others"
    if busy <= _BUSY_PERCENT:
        return line
    return f"{line}: the machine is not idle, so speeds are low and ratios uncertain"


def peaks(probe: Probe | None, numbers: str, say: Say) -> dict[str, float]:
    """Return the peaks of products of 'int8' or 'bf16' numbers in 10^9 operations/s, if known."""
    try:
        found = probe.gop_per_s(numbers) if probe else {}
    except BenchError as error:
        say(f"The {numbers} peak is not measured. {error}")
        return {}
    if found:
        kinds = ", ".join(f"{name} {peak:.0f}" for name, peak in found.items())
        say(f"{numbers} peak in 10^9 operations/s: {kinds}")
    return found


def check_memory(shape: Shape) -> None:
    """Raise MemoryShortage if a model would not stay in memory: then the disk is measured."""
    needed, available = int(model_bytes(shape) * _MEMORY_FACTOR), available_memory_bytes()
    if needed > available:
        hint = "Close other programs, or leave it out with --models."
        raise MemoryShortage(f"this machine for {shape.title}", needed, available, hint=hint)
