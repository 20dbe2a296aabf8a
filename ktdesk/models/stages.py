# SPDX-License-Identifier: Apache-2.0
"""The devices that a model's layers are on, and the way of a step through them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ktdesk.devices.base import Device
from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.cuda import CudaDevice
from ktdesk.kernels import native
from ktdesk.operators.base import Elementwise, Rotary, RotarySpec, Step
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A device, and what the layers on it share: each card has its own."""

    device: Device
    rotary: Rotary
    local_rotary: Rotary
    elementwise: Elementwise

    @classmethod
    def make(cls, site: Site, card: int, rotary: RotarySpec, local: RotarySpec | None) -> Stage:
        """Return the stage on a card. site: the whole model's."""
        site = site.on_card(card)
        plain = site.make("rotary", Rotary, rotary)
        return cls(
            site.resources.device_on(card),
            plain,
            site.make("local_rotary", Rotary, local) if local else plain,
            site.make("elementwise", Elementwise, None),
        )

    def scaled(self, x: Tensor, factor: float) -> Tensor:
        """Return factor * x, perhaps in place of x."""
        return x if factor == 1 else self.elementwise.scale(x, factor)

    def begin(self, inputs: StepInputs) -> Step:
        """Launch what all layers of a step need first."""
        inputs = inputs.on(self.device)
        inputs.send()
        rotary = self.rotary.forward(inputs.positions)
        is_one = self.local_rotary is self.rotary
        local = rotary if is_one else self.local_rotary.forward(inputs.positions)
        return Step(inputs, rotary, local)


class Way:
    """How far a run has come: the stage that it is at."""

    def __init__(self, inputs: StepInputs, first: Stage) -> None:
        self._inputs, self.stage = inputs, first
        self._steps = {first: first.begin(inputs)}

    @property
    def step(self) -> Step:
        """What the stage's layers share of this run."""
        return self._steps[self.stage]

    def add(self, x: Tensor, change: Tensor, factor: float) -> Tensor:
        """Return x + factor * change at the present stage: what goes on to another card is one."""
        device = self.stage.device
        out = device.empty(*x.shape)
        native.add(device.stream, x, change, out, factor)
        return out

    def go(self, x: Tensor, stage: Stage) -> Tensor:
        """Go on at a stage, with x [T, D]; return it there."""
        if stage is self.stage:
            return x
        here, there = self.stage.device, stage.device
        assert isinstance(here, CudaDevice)
        assert isinstance(there, CudaDevice)
        x = there.receive(x, here)
        self.stage = stage
        if stage not in self._steps:
            self._steps[stage] = stage.begin(self._inputs)
        return x
