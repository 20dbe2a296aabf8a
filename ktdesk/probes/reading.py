# SPDX-License-Identifier: Apache-2.0
"""How fast memory is read: by a product of floats with one token, which does the least a byte."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import torch

from ktdesk._native import Node, Stream, ThreadPool
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import native
from ktdesk.kernels.memory import allocate, place_rows
from ktdesk.probes.timing import shortest_s

_COLUMNS = 4096
_ROUNDS = 3
READ_BYTES = 512 << 20  # at least; more than caches hold


class MemoryProbe:
    """Memory that is read by any number of threads, each node's part by its own cores.

    size_bytes: about how much; it must be several times what caches hold. threads: all there are.
    """

    def __init__(self, threads: int, size_bytes: int = READ_BYTES) -> None:
        self._weight = _fill(Stream(ThreadPool(threads)), size_bytes)

    def bytes_per_s(self, threads: int) -> float:
        """Return what so many threads read."""
        return _speed(Stream(ThreadPool(threads)), self._weight)


def node_bytes_per_s(node: Node, size_bytes: int = READ_BYTES) -> float:
    """Return what a node's cores read of its own memory. Raises what the probe raises."""

    def probe() -> float:
        stream = Stream(ThreadPool(len(node.cores), [node]))
        return _speed(stream, _fill(stream, size_bytes))

    return _on_cores(node, probe)


def _fill(stream: Stream, size_bytes: int) -> Weight:
    """Return zeros that are truly there: pages that nobody wrote to are all the same."""
    row_bytes = WeightType.F32.row_bytes(_COLUMNS)
    rows = max(1, size_bytes // row_bytes)
    data = allocate(rows * row_bytes)
    place_rows(stream, data.reshape(1, rows, row_bytes))
    data.fill(0)
    return Weight("probe", WeightType.F32, (rows, _COLUMNS), data.reshape(rows, row_bytes))


def _speed(stream: Stream, weight: Weight) -> float:
    x, out = torch.zeros(1, 1, _COLUMNS), torch.empty(1, 1, weight.rows)
    seconds = shortest_s(lambda: native.linear(stream, weight, x, out), _ROUNDS)
    return weight.blocks.nbytes / seconds


def _on_cores(node: Node, work: Callable[[], float]) -> float:
    """Run on a thread that stays with the node: it fills the memory, and is one of the readers.

    Where threads cannot be kept to cores, as on Windows, it runs where the system likes.
    """
    found: list[float] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, {cpu for core in node.cores for cpu in core})
            found.append(work())
        except Exception as error:  # noqa: BLE001 - it is raised again on the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run, name="memory probe")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
