# SPDX-License-Identifier: Apache-2.0
"""One step of a model: prompts in chunks, and single tokens by replaying a captured graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ktdesk.devices.base import Device
from ktdesk.devices.buffers import StepInputs
from ktdesk.models.decoder import Decoder


class DecodeStep:
    """The step for one token: captured once, then replayed for every token."""

    def __init__(self, model: Decoder, device: Device) -> None:
        self._inputs = StepInputs(1)
        with device.capture() as self._graph:
            self._logits = model.forward(self._inputs)

    def run(self, token: int, position: int) -> Tensor:
        """Return the logits [V] after `token`, valid until the next run."""
        self._inputs.load([token], position)
        self._graph.replay()
        return self._logits[0]


class EagerStep:
    """The step for one token of a model with operators that cannot be captured."""

    def __init__(self, model: Decoder) -> None:
        self._model = model
        self._inputs = StepInputs(1)

    def run(self, token: int, position: int) -> Tensor:
        """Return the logits [V] after `token`."""
        self._inputs.load([token], position)
        return self._model.forward(self._inputs)[0]


def prefill(
    model: Decoder,
    tokens: Sequence[int],
    start: int,
    *,
    outputs: int = 1,
    check: Callable[[], None] = lambda: None,
) -> Tensor:
    """Run tokens that stand from position `start` on; return the logits [outputs, V] of the last.

    check: called between layers; what it raises ends the step, whose cache rows are then undefined.
    """
    inputs = StepInputs(len(tokens))
    inputs.load(tokens, start)
    return model.forward(inputs, outputs=outputs, check=check)
