# SPDX-License-Identifier: Apache-2.0
"""Operators in plain torch beside any others: what they take and leave crosses a seam.

They compute where torch is told to (`with: {device: cuda, card: 1}`; else on the CPU), on weights
that were dequantised there once. Their neighbours' activations are brought there and the results
back, through the CPU's memory: for comparing and trying, not for speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.torch_device import Kind, TorchDevice, shortages_told, torch_device
from ktdesk.operators.base import Step
from ktdesk.operators.site import Site


class Seam:
    """Between the device that an operator's neighbours work on and the one that torch works on.

    site: the same place, with weights and caches on torch's device.
    """

    def __init__(self, site: Site, kind: Kind, card: int) -> None:
        self.where = torch_device(kind, card)
        self.site = replace(site, torch=TorchDevice(self.where))
        self._home = site.device

    def check_left(self) -> None:
        """Raise Cancelled if what the neighbours made may be undefined."""
        self.site.resources.cpu.check_left()

    def take(self, value: Any) -> Any:
        """Return on torch's device what an operator was given: tensors, steps, what makes them."""
        match value:
            case Tensor():
                return self._read(value).to(self.where)
            case Step():
                # Layers look at `rotary` only: those with the local one have it in its place.
                numbers = value.inputs.host.to(self.where)
                inputs = StepInputs(numbers.shape[1], numbers)
                return replace(value, inputs=inputs, rotary=self.take(value.rotary))
            case _ if callable(value):
                return lambda: self.take(value())
            case _:
                return value

    def give(self, value: Any) -> Any:
        """Return a tensor, or several, where the neighbours work."""
        if isinstance(value, tuple):
            return tuple(map(self.give, value))  # pyright: ignore[reportUnknownArgumentType]
        return self._home.constant(value.cpu().contiguous())

    def _read(self, x: Tensor) -> Tensor:
        """Return a tensor of the neighbours, whose rows may be apart, on the CPU."""
        steps = (step * (size - 1) for size, step in zip(x.shape, x.stride(), strict=True))
        whole = x.as_strided((sum(steps) + 1,), (1,))
        return self._home.read(whole).as_strided(x.shape, x.stride())


class _HasSeam(Protocol):
    @property
    def seam(self) -> Seam: ...


P = ParamSpec("P")
R = TypeVar("R")
Op = TypeVar("Op", bound=_HasSeam)


def across(method: Callable[Concatenate[Op, P], R]) -> Callable[Concatenate[Op, P], R]:
    """Let an operator's method, written for tensors of torch's device, serve its neighbours."""

    @wraps(method)
    def crossing(self: Op, *args: P.args, **kwargs: P.kwargs) -> R:
        seam: Seam = self.seam
        seam.check_left()
        with shortages_told(seam.where):
            taken: Any = [seam.take(value) for value in args]
            return seam.give(method(self, *taken, **kwargs))

    return crossing
