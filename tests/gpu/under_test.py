# SPDX-License-Identifier: Apache-2.0
"""The GPU that tests run on: the one that `make emulated` builds, or with --gpu the card.

Launches of kernels under test take tensors of the CPU, and have run when they return, as on a
stream of the CPU: `LaunchedAtOnce` sees to that.
"""

from __future__ import annotations

from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice, open_gpu
from ktdesk.kernels import checks
from ktdesk.kernels.gpu_tensors import gpu_address

FOLDER = Path(__file__).parents[2] / "build" / "emulated"
BUDGET_BYTES = 2 << 30


class Choice:
    """Set once, before tests begin."""

    is_card = False


@cache
def emulated_module() -> Any:
    """Return the module `ktdesk._cuda` over the emulator. Raises FileNotFoundError without it."""
    built = sorted(FOLDER.glob("_cuda.*"))
    if not built:
        raise FileNotFoundError(f"There is no module in {FOLDER}: python3 make.py emulated")
    name = "ktdesk._cuda"
    spec = spec_from_loader(name, ExtensionFileLoader(name, str(built[0])))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gpu_device(card: int = 0, budget_bytes: int = 0) -> CudaDevice:
    """Return a device of its own, on a card that there is."""
    if Choice.is_card:
        return open_gpu(budget_bytes, card)
    return CudaDevice(emulated_module(), card, budget_bytes or BUDGET_BYTES)


class LaunchedAtOnce:
    """A GPU's stream for tests of kernels."""

    def __init__(self) -> None:
        self._device = gpu_device()
        self._is_capturing = self._has_launched = False
        self._copies: dict[int, tuple[NDArray[np.uint8], Tensor]] = {}

    def address_of(self, data: Tensor | NDArray[np.uint8]) -> int:
        """Return where a copy of the data lies on the device, for the launches that follow."""
        if self._has_launched:
            self._copies, self._has_launched = {}, False
        storage = _storage(data)
        start = storage.ctypes.data
        if start not in self._copies:
            copy = self._device.empty(max(1, storage.nbytes), dtype=torch.uint8)[: storage.nbytes]
            self._copies[start] = storage, copy
            self._device.write(copy, storage)
        first = data.data_ptr() if isinstance(data, Tensor) else data.ctypes.data
        return gpu_address(self._copies[start][1]) + first - start

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._device.stream, name)
        if not callable(found):
            return found

        def launch(*arguments: Any) -> Any:
            result = found(*arguments)
            if not self._is_capturing:
                self._bring_back(self._copies)
                self._has_launched = True
            return result

        return launch

    def begin_capture(self) -> None:
        self._device.stream.begin_capture()
        self._is_capturing = True

    def end_capture(self) -> ReplayedAtOnce:
        self._is_capturing = False
        copies, self._copies = self._copies, {}
        return ReplayedAtOnce(self, self._device.stream.end_capture(), copies)

    def replay(self, graph: Any, copies: dict[int, tuple[NDArray[np.uint8], Tensor]]) -> None:
        for storage, copy in copies.values():
            self._device.write(copy, storage)
        graph.replay()
        self._bring_back(copies)

    def _bring_back(self, copies: dict[int, tuple[NDArray[np.uint8], Tensor]]) -> None:
        for storage, copy in copies.values():
            values = self._device.read(copy).numpy()
            if storage.flags.writeable:
                np.copyto(storage, values)
        self._device.synchronize()


class ReplayedAtOnce:
    """A graph captured from it: each replay works on what the CPU's tensors hold by then."""

    def __init__(self, stream: LaunchedAtOnce, graph: Any, copies: Any) -> None:
        self._stream, self._graph, self._copies = stream, graph, copies

    def replay(self) -> None:
        self._stream.replay(self._graph, self._copies)


def _storage(data: Tensor | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return all the memory that a tensor is a view of."""
    if not isinstance(data, Tensor):
        return data.reshape(-1)
    every = torch.empty(0, dtype=torch.uint8).set_(data.untyped_storage())  # type: ignore[call-overload]
    return every.numpy()


def reach_host_memory() -> None:
    """Let launches on `LaunchedAtOnce` work on copies of the CPU's tensors."""
    address = checks._address

    def reached(stream: Any, name: str, data: Any) -> int:
        if isinstance(stream, LaunchedAtOnce):
            return stream.address_of(data)
        return address(stream, name, data)

    checks._address = reached
