# SPDX-License-Identifier: Apache-2.0
"""How likely the model found a token, and which it found likeliest."""

from __future__ import annotations

from collections.abc import Callable

from ktdesk.runtime.candidates import Logits, largest, log_softmax
from ktdesk.runtime.request import Chances, Logprob


def chances(logits: Logits, token: int, count: int, token_bytes: Callable[[int], bytes]) -> Chances:
    """Return the chances of a token among all [V], and of the `count` likeliest."""
    logs = log_softmax(logits)

    def of(token: int) -> Logprob:
        return Logprob(token, token_bytes(token), float(logs[token]))

    return Chances(of(token), tuple(of(int(each)) for each in largest(logits, count)))
