# SPDX-License-Identifier: Apache-2.0
"""Reading a prompt into empty caches, to measure a model without its tokeniser and sampler."""

from __future__ import annotations

from collections.abc import Sequence

from ktdesk.devices.logits import TokenLogits
from ktdesk.runtime.runner import Runner
from ktdesk.runtime.step import PromptChunk


def read(runner: Runner, ids: Sequence[int]) -> TokenLogits:
    """Read tokens in chunks, as for a request; return the logits after the last."""
    runner._sequences.clear()
    size, done = runner._model.chunk_tokens, 0
    while True:
        chunk = PromptChunk(runner._model, ids[done : done + size], done)
        for _ in chunk:
            pass
        done += size
        if done >= len(ids):
            return TokenLogits.at_hand(chunk.logits[0])
