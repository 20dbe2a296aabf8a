# SPDX-License-Identifier: Apache-2.0
"""One step of a model: prompts in chunks, and few tokens by replaying a captured graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder

# Of a prompt whose layers a GPU gets without waits: they take too little time to be told apart.
_UNWATCHED_TOKENS = 256


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
        device = model.device
        self._inputs = device.step_inputs(tokens)
        with device.capture() as self._graph:
            self._logits = device.to_host(model.forward(self._inputs, outputs=tokens))

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


def prefill(model: Decoder, tokens: Sequence[int], start: int, *, outputs: int = 1) -> Tensor:
    """Run tokens from position `start` on; return the logits [outputs, V] of the last."""
    chunk = PromptChunk(model, tokens, start, outputs=outputs)
    for _ in chunk:
        pass
    return chunk.logits


class PromptChunk:
    """Tokens of a prompt, that stand from position `start` on. Iterating over it computes them.

    It yields the share that is done, between the halves of layers. Who leaves it there leaves
    cache rows undefined; else `logits` are those [outputs, V] of the last tokens then.
    """

    def __init__(
        self, model: Decoder, tokens: Sequence[int], start: int, *, outputs: int = 1
    ) -> None:
        self._model, self._tokens, self._start, self._outputs = model, tokens, start, outputs
        self.logits: Tensor

    def __iter__(self) -> Iterator[float]:
        model, device = self._model, self._model.device
        inputs = device.step_inputs(len(self._tokens))
        inputs.load(self._tokens, self._start)
        now = model.begin(inputs)
        while now.done < model.halves:
            yield now.done / model.halves
            model.advance(now)
            if len(self._tokens) > _UNWATCHED_TOKENS:
                device.synchronize()
        self.logits = device.to_host(model.finish(now, self._outputs)).get()
