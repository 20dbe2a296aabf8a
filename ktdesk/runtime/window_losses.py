# SPDX-License-Identifier: Apache-2.0
"""What the tokens of a text cost a model, window by window, as llama-perplexity counts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ktdesk.errors import RequestError
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.perplexity import WINDOW, TextLosses
from ktdesk.runtime.step import DecodeStep, EagerStep, prefill


def window_losses(
    model: Decoder,
    step: DecodeStep | EagerStep,
    tokens: Sequence[int],
    *,
    context_tokens: int,
    bos: int | None,
    by_steps: bool,
) -> Iterator[TextLosses]:
    """Yield the losses of the second half of each window of a text, but for its first token.

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
            values = _losses(logits, window[first + 1 : first + 1 + len(read)])
            done += len(values)
            yield TextLosses(values, done, total)


def _losses(logits: Tensor, targets: Sequence[int]) -> tuple[float, ...]:
    """Return minus the logarithm of each target's probability, for logits [T, V]."""
    each = torch.nn.functional.cross_entropy(
        logits.double(), torch.tensor(targets), reduction="none"
    )
    return tuple(float(loss) for loss in each)
