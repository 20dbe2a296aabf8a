# SPDX-License-Identifier: Apache-2.0
"""What a token makes the disk read, where not all weights fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, Assignment
from ktdesk.planning.modules import Module


def disk_reads(assignment: Assignment, missing_bytes: int) -> float:
    """Return the bytes that a token makes the disk read, if so many of the weights are not there.

    The system keeps in memory what is read most often: what every token needs, and of routed
    experts those that are chosen most, as far as counts tell.
    """
    modules = (m for m in assignment.on(CPU) if not m.anew_bytes)
    pieces = sorted((piece for m in modules for piece in _pieces(m)), key=lambda p: p[1] / p[0])
    read = 0.0
    for size, of_a_token in pieces:
        if missing_bytes <= 0:
            break
        read += of_a_token * min(1.0, missing_bytes / size)
        missing_bytes -= int(size)
    return read


def _pieces(module: Module) -> Iterator[tuple[float, float]]:
    """Yield the sizes of what is read together, and what a token reads of it on average."""
    if module.part is Part.ROUTED and module.chosen:
        size = module.size_bytes / len(module.chosen)
        yield from ((size, module.read_bytes * share) for share in module.chosen)
    elif module.size_bytes:
        yield float(module.size_bytes), module.read_bytes
