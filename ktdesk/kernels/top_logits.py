# SPDX-License-Identifier: Apache-2.0
"""The checked wrapper of the search for the largest logits, which only GPUs have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.kernels.checks import check, check_positive, sizes

if TYPE_CHECKING:
    from ktdesk._cuda import Stream

TOP_LOGITS = 256  # that are found


def top_logits(stream: Stream, logits: Tensor, ids: Tensor, values: Tensor, sums: Tensor) -> None:
    """Find the largest of each token's logits [T, V], largest first; of equal ones, the first.

    ids [T, TOP_LOGITS] int32, values [T, TOP_LOGITS]: where V is less, -1 and -infinity follow. NaN
    counts as the largest. sums [T]: over all V, of exp(logit - largest logit). Raises ValueError if
    T is some thousand.
    """
    tokens, vocabulary = sizes("logits", logits, 2)
    check_positive(tokens=tokens, vocabulary=vocabulary)
    stream.top_logits(
        check(stream, "logits", logits, (tokens, vocabulary)),
        check(stream, "ids", ids, (tokens, TOP_LOGITS), torch.int32),
        check(stream, "values", values, (tokens, TOP_LOGITS)),
        check(stream, "sums", sums, (tokens,)),
        tokens,
        vocabulary,
    )
