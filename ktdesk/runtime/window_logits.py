# SPDX-License-Identifier: Apache-2.0
"""Logits of a text, window by window, of the tokens that llama-perplexity counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ktdesk.errors import RequestError
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.perplexity import WINDOW, TextLosses
from ktdesk.runtime.step import DecodeStep, EagerStep, prefill


@dataclass(frozen=True, slots=True)
class WindowLogits:
    """Logits [T, V] on the CPU, the tokens that came next, and how many of all are done."""

    logits: Tensor
    targets: tuple[int, ...]
    done_tokens: int
    total_tokens: int

    def losses(self) -> TextLosses:
        """Return minus the logarithm of each target's probability."""
        each = torch.nn.functional.cross_entropy(
            self.logits.double(), torch.tensor(self.targets), reduction="none"
        )
        return TextLosses(tuple(map(float, each)), self.done_tokens, self.total_tokens)


def window_logits(
    model: Decoder,
    step: DecodeStep | EagerStep,
    tokens: Sequence[int],
    *,
    context_tokens: int,
    bos: int | None,
    by_steps: bool,
) -> Iterator[WindowLogits]:
    """Yield the logits for the second half of each window of a text, but for its first token.

    bos: what each window begins with, in place of its first token. by_steps: compute that half as
    answers are, token by token, instead of as prompts. Overwrites the model's caches. Raises
    RequestError for a text without a whole window.
    """
    size = min(WINDOW, context_tokens)
    starts = range(0, len(tokens) - size + 1, size)
    if not starts:
        raise RequestError(
            f"The text has {len(tokens)} tokens; {size} are needed at least.",
            hint="Give a longer text.",
        )
    half, width = size // 2, 1 if by_steps else size
    done, total = 0, len(starts) * (size - half - 1)
    for start in starts:
        window = list(tokens[start : start + size])
        if bos is not None:
            window[0] = bos
        prefill(model, window[:half], 0)
        for first in range(half, size - 1, width):
            read = window[first : min(first + width, size - 1)]
            if by_steps:
                logits = torch.tensor(np.stack([each.whole() for each in step.run(read, first)]))
            else:
                logits = prefill(model, read, first, outputs=len(read))
            done += len(read)
            targets = tuple(window[first + 1 : first + 1 + len(read)])
            yield WindowLogits(logits, targets, done, total)
