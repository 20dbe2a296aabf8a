# SPDX-License-Identifier: Apache-2.0
"""How many tokens of a prompt a device computes at a time."""

from __future__ import annotations

from math import ceil

# Stays free of a card's memory: for short chunks, kernels' scratch, and what the driver keeps.
RESERVE_BYTES = 1_500_000_000
# Fewer would leave tensor cores without work.
LEAST_TOKENS = 512
# What is at home on the CPU is brought once for each chunk: 400 GB of DeepSeek-R1 take 16 s at
# 25 GB/s, so that shorter chunks make long prompts slower in proportion. Longer ones would take
# gigabytes more, and keep whoever waits from seeing how far the prompt has come.
MOST_TOKENS = 8192

# On a CPU. Weights are brought and unpacked once for each chunk, so each had better meet some
# hundred tokens; a chunk of 2048 instead of 512 made prompts of 2048 9 to 13 % faster on two cores
# (DeepSeek-V3's and V2-Lite's shapes). But others who are answered wait for half a layer of it.
_TOKENS_OF_AN_EXPERT = 128
_CPU_TOKENS = 512
_MOST_TIMES_CPU_TOKENS = 4


def tokens_that_fit(free_bytes: int, token_bytes: int) -> int:
    """Return a power of two within the limits, whose tokens take half of what is free at most.

    The other half is for what depends on the layer: attention, and the sums of experts.
    """
    fitting = max(1, free_bytes // 2 // token_bytes)
    return max(LEAST_TOKENS, min(MOST_TOKENS, 1 << (fitting.bit_length() - 1)))


def tokens_that_fill(spread: float) -> int:
    """Return of how many tokens every matrix meets enough on a CPU, within limits.

    spread: how many tokens choose each expert once, on average.
    """
    times = ceil(_TOKENS_OF_AN_EXPERT * spread / _CPU_TOKENS)
    return _CPU_TOKENS * max(1, min(_MOST_TIMES_CPU_TOKENS, times))


def room_bytes(tokens: int, token_bytes: int) -> int:
    """Return what must be free for chunks of so many tokens."""
    return 2 * min(tokens, MOST_TOKENS) * token_bytes
