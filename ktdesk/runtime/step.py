# SPDX-License-Identifier: Apache-2.0
"""One step of a model: prompts in chunks, and few tokens by replaying a captured graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder


class DecodeStep:
    """Steps of one to STEP_TOKENS tokens: captured once for each number, then replayed.

    What a graph works on takes no memory until it is replayed the first time.
    """

    def __init__(self, model: Decoder) -> None:
        self._steps = [_CapturedStep(model, count + 1) for count in range(STEP_TOKENS)]

    def run(self, tokens: Sequence[int], position: int) -> Tensor:
        """Return the logits [T, V] after each token, valid until the next run."""
        return self._steps[len(tokens) - 1].run(tokens, position)


class _CapturedStep:
    def __init__(self, model: Decoder, tokens: int) -> None:
        first = model.first_device
        self._inputs = first.step_inputs(tokens)
        with first.capture() as self._graph:
            self._logits = model.device.to_host(model.forward(self._inputs, outputs=tokens))

    def run(self, tokens: Sequence[int], position: int) -> Tensor:
        self._inputs.load(tokens, position)
        self._graph.replay()
        return self._logits.get()


class EagerStep:
    """The same for a model with operators that cannot be captured."""

    def __init__(self, model: Decoder) -> None:
        self._model = model

    def run(self, tokens: Sequence[int], position: int) -> Tensor:
        """Return the logits [T, V] after each token."""
        return prefill(self._model, tokens, position, outputs=len(tokens))


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
    inputs = model.first_device.step_inputs(len(tokens))
    inputs.load(tokens, start)
    return model.device.to_host(model.forward(inputs, outputs=outputs, check=check)).get()
