# SPDX-License-Identifier: Apache-2.0
"""One step of a model: prompts in chunks, and few tokens by replaying a captured graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ktdesk.devices.logits import TokenLogits
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder


class DecodeStep:
    """Steps of one to STEP_TOKENS tokens: captured for each number when it comes, then replayed.

    That of one token is captured at once: a model that is loaded can answer.
    """

    def __init__(self, model: Decoder) -> None:
        self._model = model
        self._steps = {1: _CapturedStep(model, 1)}

    def run(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        """Return the logits after each token, valid until the next run."""
        count = len(tokens)
        assert 0 < count <= STEP_TOKENS
        if count not in self._steps:
            self._steps[count] = _CapturedStep(self._model, count)
        return self._steps[count].run(tokens, position)


class _CapturedStep:
    def __init__(self, model: Decoder, tokens: int) -> None:
        device = model.device
        self._inputs = device.step_inputs(tokens)
        with device.capture() as self._graph:
            self._logits = device.logits(model.forward(self._inputs, outputs=tokens))

    def run(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        self._inputs.load(tokens, position)
        self._graph.replay()
        return self._logits.get()


class EagerStep:
    """The same for a model with operators that cannot be captured."""

    def __init__(self, model: Decoder) -> None:
        self._model = model

    def run(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        """Return the logits after each token."""
        logits = _launch(self._model, tokens, position, len(tokens), _no_check)
        return self._model.device.logits(logits).get()


def _no_check() -> None: ...


def prefill(
    model: Decoder,
    tokens: Sequence[int],
    start: int,
    *,
    outputs: int = 1,
    check: Callable[[], None] = _no_check,
) -> Tensor:
    """Run tokens that stand from position `start` on; return the logits [outputs, V] of the last.

    check: called between layers; what it raises ends the step, whose cache rows are then undefined.
    """
    return model.device.read(_launch(model, tokens, start, outputs, check))


def _launch(
    model: Decoder, tokens: Sequence[int], start: int, outputs: int, check: Callable[[], None]
) -> Tensor:
    inputs = model.device.step_inputs(len(tokens))
    inputs.load(tokens, start)
    return model.forward(inputs, outputs=outputs, check=check)
