# SPDX-License-Identifier: Apache-2.0
"""Which experts of a prompt's chunk the CPU computes where they are, and which the GPU is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What it costs the CPU to read the weights of an expert, in tokens that it computes meanwhile. It
# reads 25 MB in 0.3 to 0.6 ms and needs 10 to 40 us for a token of DeepSeek-R1's experts.
_TOKENS_OF_A_READ = 16
# How much a layer tells about the next one: chunks differ, and what else the machine does.
_WEIGHT_OF_THE_LAST = 0.5


@dataclass
class Speeds:
    """Seconds per byte of an expert's weights: for a token on the CPU, and on the way to the GPU.

    The GPU's products are done during the transfer; where they take longer, their time counts.
    They begin as a guess for a desktop computer, and follow what was measured. Both sides take
    memory and threads, so each is slower beside the other than alone: of the CPU 0 if that was not
    measured yet, of the stream a guess that makes it worth a try.
    """

    cpu_token_s: float = 1 / (_TOKENS_OF_A_READ * 50e9)
    stream_s: float = 1 / 20e9
    cpu_alone_s: float = 0.0
    stream_alone_s: float = 1 / 40e9

    def learn_cpu(
        self, counts: NDArray[np.int64], expert_bytes: int, seconds: float, *, alone: bool = False
    ) -> None:
        """Take in that the CPU needed so long for experts with so many tokens each."""
        work = float(_cpu_tokens(counts).sum()) * expert_bytes
        if work and alone:
            before = self.cpu_alone_s or seconds / work
            self.cpu_alone_s = before + _WEIGHT_OF_THE_LAST * (seconds / work - before)
        elif work:
            self.cpu_token_s += _WEIGHT_OF_THE_LAST * (seconds / work - self.cpu_token_s)

    def learn_stream(
        self, experts: int, expert_bytes: int, seconds: float, *, alone: bool = False
    ) -> None:
        """Take in that so many experts went to the GPU and were computed there in that time."""
        work = experts * expert_bytes
        if work and alone:
            self.stream_alone_s += _WEIGHT_OF_THE_LAST * (seconds / work - self.stream_alone_s)
        elif work:
            self.stream_s += _WEIGHT_OF_THE_LAST * (seconds / work - self.stream_s)


def choose_streamed(
    counts: NDArray[np.int64], expert_bytes: int, speeds: Speeds, ahead: Sequence[int] = ()
) -> NDArray[np.int64]:
    """Return the experts that the GPU computes: those ahead, then those with the most tokens.

    Both sides work at once: as many are chosen as make the slower of them end soonest; none beyond
    those ahead, or all, if one side ends sooner alone.
    counts: [E], each expert's tokens. ahead: those that come already, and so cost nothing more.
    """
    free = np.asarray(ahead, np.int64)
    free = free[counts[free] > 0]
    others = np.argsort(-counts, kind="stable")
    others = others[(counts[others] > 0) & ~np.isin(others, free)]
    order = np.concatenate([free, others])
    work = _cpu_tokens(counts[order])
    cpu = np.append(np.cumsum(work[::-1])[::-1], 0) * speeds.cpu_token_s
    cpu[0] *= (speeds.cpu_alone_s or speeds.cpu_token_s) / speeds.cpu_token_s
    stream = np.maximum(np.arange(len(order) + 1) - len(free), 0) * speeds.stream_s
    stream[-1] *= speeds.stream_alone_s / speeds.stream_s
    together: NDArray[np.float64] = np.maximum(cpu, stream) * expert_bytes
    return order[: max(len(free), int(np.argmin(together)))]


def _cpu_tokens(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what experts cost the CPU, in tokens. One without tokens costs nothing."""
    return np.where(counts > 0, counts + _TOKENS_OF_A_READ, 0)
