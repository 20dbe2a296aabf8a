# SPDX-License-Identifier: Apache-2.0
"""One step of a model: prompts in chunks, and few tokens by replaying a captured graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from torch import Tensor

from ktdesk.devices.buffers import Part
from ktdesk.devices.logits import TokenLogits
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.kernels.streams import Flag
from ktdesk.models.decoder import Decoder

# Of a prompt whose layers a GPU gets without waits: they take too little time to be told apart.
_UNWATCHED_TOKENS = 256


class DecodeStep:
    """Steps of one to STEP_TOKENS tokens: captured for each number when it comes, then replayed.

    That of one token is captured at once: a model that is loaded can answer.
    """

    def __init__(self, model: Decoder) -> None:
        self._model = model
        self._steps = {1: _CapturedStep(model, 1)}

    def run(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        """Return the logits after each token of the sequence at row 0, valid until the next run."""
        return self.run_parts([Part(tokens, position)])

    def run_parts(
        self, parts: Sequence[Part], cancelled: Flag | None = None
    ) -> Sequence[TokenLogits]:
        """Return the logits after each token of several sequences, valid until the next run.

        Raises Cancelled if that was set meanwhile; then the tokens' cache rows are undefined.
        """
        count = sum(len(part.tokens) for part in parts)
        assert 0 < count <= STEP_TOKENS
        if count not in self._steps:
            self._steps[count] = _CapturedStep(self._model, count)
        return self._steps[count].run(parts, cancelled)


class _CapturedStep:
    def __init__(self, model: Decoder, tokens: int) -> None:
        first = model.first_device
        # A card goes on with what it has: only what waits for nobody else can be left.
        self._heeding = model.cpu.heeding if model.is_on_cpu else nullcontext
        self._inputs = first.step_inputs(tokens)
        with first.capture() as self._graph:
            self._logits = model.device.logits(model.forward(self._inputs, outputs=tokens))
        self._choices = model.expert_use.of_step()

    def run(self, parts: Sequence[Part], cancelled: Flag | None) -> Sequence[TokenLogits]:
        self._inputs.load_parts(parts)
        with self._heeding(cancelled):
            self._graph.replay()
        logits = self._logits.get()
        self._choices.count()
        return logits


class EagerStep:
    """The same for a model with operators that cannot be captured."""

    def __init__(self, model: Decoder) -> None:
        self._model = model

    def run(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        """Return the logits after each token of the sequence at row 0."""
        return self.run_parts([Part(tokens, position)])

    def run_parts(
        self, parts: Sequence[Part], cancelled: Flag | None = None
    ) -> Sequence[TokenLogits]:
        """Return the logits after each token of one sequence; see `DecodeStep`."""
        (part,) = parts
        count = len(part.tokens)
        chunk = PromptChunk(
            self._model,
            part.tokens,
            part.start,
            outputs=count,
            base=part.base,
            cancelled=cancelled,
        )
        return self._model.device.logits(chunk.launch()).get()


def prefill(model: Decoder, tokens: Sequence[int], start: int, *, outputs: int = 1) -> Tensor:
    """Run tokens from position `start` on; return the logits [outputs, V] of the last."""
    return model.device.read(PromptChunk(model, tokens, start, outputs=outputs).launch())


class PromptChunk:
    """Tokens of a prompt, that stand from position `start` on. Iterating over it computes them.

    base: the cache row of position 0. cancelled: Cancelled is raised once that is set, wherever it
    is then.

    It yields the share that is done, between the halves of layers. Who leaves it leaves cache rows
    undefined; else `logits` are those [outputs, V] of the last tokens then.
    """

    def __init__(
        self,
        model: Decoder,
        tokens: Sequence[int],
        start: int,
        *,
        outputs: int = 1,
        base: int = 0,
        cancelled: Flag | None = None,
    ) -> None:
        self._model, self._outputs, self._cancelled = model, outputs, cancelled
        self._part = Part(tokens, start, base)
        self._result: Tensor

    def __iter__(self) -> Iterator[float]:
        model = self._model
        inputs = model.first_device.step_inputs(len(self._part.tokens))
        inputs.load_parts([self._part])
        now = model.begin(inputs, self._outputs)
        while now.done < model.halves:
            yield now.done / model.halves
            with model.cpu.heeding(self._cancelled):
                model.advance(now)
                if len(self._part.tokens) > _UNWATCHED_TOKENS:
                    now.way.stage.device.synchronize()
        self._result = model.finish(now)

    def launch(self) -> Tensor:
        """Launch all of it; return the logits [outputs, V], on the model's device."""
        for _ in self:
            pass
        return self._result

    @property
    def logits(self) -> Tensor:
        """The logits on the CPU, once all is done."""
        return self._model.device.read(self._result)
