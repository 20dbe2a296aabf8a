# SPDX-License-Identifier: Apache-2.0
"""Streams over threads of this machine, on which kernels are launched."""

from __future__ import annotations

from ktdesk import _native
from ktdesk._native import Flag, Graph, Stream, ThreadPool
from ktdesk.errors import DeviceError

__all__ = ["Flag", "Graph", "Stream", "open_stream"]


def open_stream(threads: int, isa: str | None = None) -> Stream:
    """Return a stream with threads of its own.

    isa: the fastest instruction set to use; None leaves it to the variable KTDESK_ISA and, without
    that, to the machine. Raises DeviceError if this build does not know the one asked for, or the
    threads cannot be had.
    """
    known = _native.all_isas()
    unknown = _native.isa() is None if isa is None else isa not in known
    if unknown:
        asker = "The variable KTDESK_ISA names" if isa is None else f"{isa!r} is"
        raise DeviceError(
            f"{asker} an instruction set that this build has no kernels for.",
            hint=f"Known: {', '.join(known)}. Without the variable the best is used.",
        )
    try:
        pool = ThreadPool(threads)
    except (ValueError, RuntimeError) as error:  # a number out of range; the system gave fewer
        raise DeviceError(
            f"{threads} threads cannot be started: {error}.",
            hint="Set fewer threads; 0 takes one per physical core.",
        ) from error
    return Stream(pool, isa)
