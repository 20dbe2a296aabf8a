# SPDX-License-Identifier: Apache-2.0
"""What a step leaves for the sampler: the logits after each token, which may stay on a device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The largest logits of a token, as `top_logits` finds them.

    ids [N], values [N]: largest first; of equal ones, the first. Where the vocabulary is smaller,
    ids of -1 and values of -infinity follow. NaN counts as the largest. total: the sum over the
    whole vocabulary of exp(logit - largest logit), to float32.
    """

    ids: NDArray[np.int32]
    values: NDArray[np.float32]
    total: float


@dataclass(frozen=True, slots=True)
class TokenLogits:
    """The logits after a token, valid until the step that computed them runs again.

    whole: brings all of them [V] to the CPU. shortlist: None where they are there already.
    """

    whole: Callable[[], NDArray[np.float32]]
    shortlist: Shortlist | None = None

    @classmethod
    def at_hand(cls, logits: Tensor) -> TokenLogits:
        """Return logits [V] of the CPU."""
        return cls(logits.numpy)
