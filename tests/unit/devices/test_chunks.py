# SPDX-License-Identifier: Apache-2.0
"""Chunks of prompts are as long as memory allows."""

from __future__ import annotations

import pytest

from ktdesk.devices.chunks import LEAST_TOKENS, MOST_TOKENS, tokens_that_fill, tokens_that_fit

TOKEN = 450_000  # bytes of DeepSeek-R1's, about


@pytest.mark.parametrize("free_gb", [1, 2, 3, 5, 8])
def test_half_of_the_memory_is_enough_but_not_for_twice_as_many(free_gb: int) -> None:
    free = free_gb * 10**9
    tokens = tokens_that_fit(free, TOKEN)
    assert LEAST_TOKENS <= tokens <= MOST_TOKENS
    assert tokens * TOKEN <= free / 2
    assert tokens == MOST_TOKENS or 2 * tokens * TOKEN > free / 2


def test_limits() -> None:
    assert tokens_that_fit(0, TOKEN) == LEAST_TOKENS
    assert tokens_that_fit(10**12, TOKEN) == MOST_TOKENS


@pytest.mark.parametrize(
    ("experts", "chosen", "tokens"), [(1, 1, 512), (8, 2, 512), (64, 6, 1536), (256, 8, 2048)]
)
def test_many_experts_want_many_tokens_on_a_cpu(experts: int, chosen: int, tokens: int) -> None:
    assert tokens_that_fill(experts / chosen) == tokens
