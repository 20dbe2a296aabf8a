# SPDX-License-Identifier: Apache-2.0
"""Ten thousand hand-offs in each way, with inputs that change, on a machine that is busy."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.devices.cuda import CudaDevice, CudaGraph, Handed
from ktdesk.devices.handoff import BACKENDS
from ktdesk.errors import DeviceError
from ktdesk.kernels import native

HANDOFFS = 10_000
_LAYERS = 40
_WIDTH, _USED = 2048, 8


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """How hand-offs in one way went. problem: empty if all results were right."""

    backend: str
    count: int
    microseconds: float  # of one
    problem: str


def handoff_rows(device: CudaDevice, threads: int, count: int = HANDOFFS) -> Iterator[HandoffRow]:
    """Yield a row for each way, while other programs keep all cores busy."""
    with _load():
        for backend in BACKENDS:
            device.handoff_backend = backend
            yield hand_off(device, threads, count)


def hand_off(device: CudaDevice, threads: int, count: int) -> HandoffRow:
    """Hand over so often in the way that the device is set to."""
    step = _Step(device, CpuDevice(threads))
    steps, seconds = count // _LAYERS, 0.0
    try:
        for seed in range(steps):
            step.load(seed)
            began = time.perf_counter()
            step.graph.replay()
            device.synchronize()
            seconds += time.perf_counter() - began
            if problem := step.problem(seed):
                break
    except DeviceError as error:
        problem = str(error)
    done = steps * _LAYERS
    return HandoffRow(device.handoff_backend, done, 1e6 * seconds / done, problem)


class _Step:
    """A graph of `_LAYERS` hand-offs, each of which adds a number of its own to what it gets.

    So the result is right only if each got what the one before it gave: sums of small whole
    numbers are exact.
    """

    def __init__(self, device: CudaDevice, cpu: CpuDevice) -> None:
        self._device, self._cpu = device, cpu
        self._ids = device.empty(1, _USED, dtype=torch.int32)
        self._weights, self._x = device.empty(1, _USED), device.empty(1, _WIDTH)
        self._mapped: list[Handed] = []
        self.graph: CudaGraph
        with device.capture() as self.graph:
            self._sum = self._x
            for layer in range(_LAYERS):
                self._sum = self._layer(layer, self._sum)

    def load(self, seed: int) -> None:
        """Write what a step begins with."""
        x, ids, weights = _inputs(seed)
        self._device.write(self._x, x.numpy())
        self._device.write(self._ids, ids.numpy())
        self._device.write(self._weights, weights.numpy())

    def problem(self, seed: int) -> str:
        """Return what is wrong after a step; nothing if all is right."""
        x, ids, weights = _inputs(seed)
        if not torch.equal(self._device.read(self._sum), x + sum(range(_LAYERS))):
            return f"step {seed}: the sum is wrong"
        for layer, got in enumerate(self._mapped):
            if not (torch.equal(got.ids, ids) and torch.equal(got.weights, weights)):
                return f"step {seed}: layer {layer} got other ids or weights"
        return ""

    def _layer(self, layer: int, x: Tensor) -> Tensor:
        device, cpu = self._device, self._cpu
        mapped = Handed(
            device.pinned(1, _WIDTH, dtype=torch.float32),
            device.pinned(1, _USED, dtype=torch.int32),
            device.pinned(1, _USED, dtype=torch.float32),
        )
        self._mapped.append(mapped)
        out = device.pinned(1, _WIDTH, dtype=torch.float32)
        with cpu.capture() as graph:
            native.add(
                cpu.stream, mapped.x, cpu.constant(torch.full((1, _WIDTH), float(layer))), out
            )
        given = Handed(x, self._ids, self._weights)
        number = device.request([(graph, f"layer {layer}")], given, mapped)
        return device.collect(number, out, None)


def _inputs(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return x, ids and weights of a step; whole numbers, which change from step to step."""
    numbers = torch.arange(_WIDTH) * (seed % 97) % 1009 + seed % 31
    ids = (torch.arange(_USED) + seed).int()
    return numbers.float()[None], ids[None], (ids % 7).float()[None]


@contextmanager
def _load() -> Generator[None]:
    """Let other programs compute on as many cores as there are."""
    command = [sys.executable, "-c", "while True: pass"]
    programs = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
