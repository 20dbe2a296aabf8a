# SPDX-License-Identifier: Apache-2.0
"""Chunks of prompts are as long as memory allows."""

from __future__ import annotations

import pytest

from ktdesk.devices.chunks import LEAST_TOKENS, MOST_TOKENS, chunk_tokens

TOKEN = 450_000  # bytes of DeepSeek-R1's, about


@pytest.mark.parametrize("free_gb", [1, 2, 3, 5, 8])
def test_half_of_the_memory_is_enough_but_not_for_twice_as_many(free_gb: int) -> None:
    free = free_gb * 10**9
    tokens = chunk_tokens(free, TOKEN)
    assert LEAST_TOKENS <= tokens <= MOST_TOKENS
    assert tokens * TOKEN <= free / 2
    assert tokens == MOST_TOKENS or 2 * tokens * TOKEN > free / 2


def test_limits() -> None:
    assert chunk_tokens(0, TOKEN) == LEAST_TOKENS
    assert chunk_tokens(10**12, TOKEN) == MOST_TOKENS
