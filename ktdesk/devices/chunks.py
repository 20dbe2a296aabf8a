# SPDX-License-Identifier: Apache-2.0
"""How many tokens of a prompt a GPU computes at a time."""

from __future__ import annotations

# Fewer would leave tensor cores without work.
LEAST_TOKENS = 512
# What is at home on the CPU is brought once for each chunk: 400 GB of DeepSeek-R1 take 16 s at
# 25 GB/s, so that shorter chunks make long prompts slower in proportion. Longer ones would take
# gigabytes more, and keep whoever waits from seeing how far the prompt has come.
MOST_TOKENS = 8192


def chunk_tokens(free_bytes: int, token_bytes: int) -> int:
    """Return a power of two within the limits, whose tokens take half of what is free at most.

    The other half is for what depends on the layer: attention, and the sums of experts.
    """
    fitting = max(1, free_bytes // 2 // token_bytes)
    return max(LEAST_TOKENS, min(MOST_TOKENS, 1 << (fitting.bit_length() - 1)))


def room_bytes(tokens: int, token_bytes: int) -> int:
    """Return what must be free for chunks of so many tokens."""
    return 2 * min(tokens, MOST_TOKENS) * token_bytes
