# SPDX-License-Identifier: Apache-2.0
"""How patient and how greedy a download is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers that tests make small.

    connections: at a time, over all files. block_bytes: what is asked for at once, so what a
    connection fetches again at most after a power cut. commit_s: what has come for this long is
    written down, though the block is not whole. first_wait_s, longest_wait_s: after failures of a
    source, doubled each time. slow_bytes_per_s for slow_s: then another connection is tried.
    share_s and share_bytes: what takes a connection longer, and is more, is shared with one that
    has nothing to do.
    tries: of what may help once or twice, such as asking for a new address. report_s: between two
    reports of the progress.
    """

    connections: int = 4
    block_bytes: int = 32 << 20
    commit_s: float = 5.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    slow_bytes_per_s: int = 20_000
    slow_s: float = 120.0
    share_s: float = 10.0
    share_bytes: int = 2 << 20
    tries: int = 3
    report_s: float = 0.25
