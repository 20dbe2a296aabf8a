# SPDX-License-Identifier: Apache-2.0
"""Logits after given tokens: for callers that choose the next token themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ktdesk.devices.buffers import Part
from ktdesk.errors import KernelError, RequestError
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.sequence import CachedSequence
from ktdesk.runtime.sequences import Sequences
from ktdesk.runtime.step import DecodeStep, EagerStep, PromptChunk

Logits = NDArray[np.float32]


class TokenReader:
    """Reads tokens through a model, as one sequence of its caches. No answer may be under way.

    What the caches or the store know of them is not read again. Prompts go in the chunks, and few
    tokens behind known ones in the steps, in which answers are computed.
    """

    def __init__(
        self,
        model: Decoder,
        step: DecodeStep | EagerStep,
        sequences: Sequences,
        context_tokens: int,
        check_model: Callable[[], None],
    ) -> None:
        self._model, self._step, self._sequences = model, step, sequences
        self._context_tokens, self._check_model = context_tokens, check_model

    def read(self, tokens: Sequence[int], outputs: int, *, in_turn: bool) -> Logits:
        """Return the logits [outputs, V] after the last tokens; see `Engine.read_tokens`."""
        self._check(tokens, outputs)
        sequence = self._sequences.begin(tokens, 0, in_turn=in_turn)
        assert sequence is not None, "nothing else is busy"
        try:
            self._sequences.recall(sequence, tokens[: len(tokens) - outputs])
            return self._read(sequence, tokens, outputs)
        finally:
            self._sequences.end(sequence)

    def _read(self, sequence: CachedSequence, tokens: Sequence[int], outputs: int) -> Logits:
        begun, first = len(sequence), len(tokens) - outputs
        is_step = 0 < begun >= len(tokens) - STEP_TOKENS
        size = STEP_TOKENS if is_step else self._model.chunk_tokens
        parts: list[Logits] = []
        for start in range(begun, len(tokens), size):
            chunk = list(tokens[start : start + size])
            wanted = min(len(chunk), start + len(chunk) - first)
            part = Part(chunk, start, sequence.base)
            logits = self._run(part, max(1, wanted), is_step=is_step)
            self._check_model()
            sequence.append(chunk)
            if wanted > 0:
                parts.append(logits)
        return _finite(np.concatenate(parts))

    def _run(self, part: Part, outputs: int, *, is_step: bool) -> Logits:
        if not is_step:
            chunk = PromptChunk(
                self._model, part.tokens, part.start, outputs=outputs, base=part.base
            )
            return self._model.device.read(chunk.launch()).numpy()
        each = self._step.run_parts([part])
        return np.stack([logits.whole() for logits in each[len(part.tokens) - outputs :]])

    def _check(self, tokens: Sequence[int], outputs: int) -> None:
        if not 0 < outputs <= len(tokens):
            raise RequestError(
                f"Logits after {outputs} of {len(tokens)} tokens are not possible.",
                hint="Ask for one at least, and for no more than there are tokens.",
            )
        if len(tokens) > self._context_tokens:
            raise RequestError(
                f"There are {len(tokens)} tokens; the context has room for {self._context_tokens}.",
                hint="Give fewer, or load the model with a longer context.",
            )
        size = self._model.spec.vocabulary
        strange = next((token for token in tokens if not 0 <= token < size), None)
        if strange is not None:
            raise RequestError(
                f"The model has no token {strange}; its vocabulary has {size}.",
                hint="Make tokens with the model's own tokeniser.",
            )


def _finite(logits: Logits) -> Logits:
    if np.isfinite(logits.max(axis=-1)).all():  # the maximum is a NaN if there is one
        return logits
    raise KernelError(
        "The model computed numbers that are not finite.",
        hint="The model file may be damaged: verify it, or fetch it again.",
    )
