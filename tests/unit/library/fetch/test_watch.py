# SPDX-License-Identifier: Apache-2.0
"""Connections that are too slow for too long, with a clock that a test turns."""

from __future__ import annotations

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.fetch import watch as module
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.fetch.watch import Watch

TUNING = Tuning(connections=4, slow_bytes_per_s=1000, slow_s=10)


def seconds_kept(monkeypatch: pytest.MonkeyPatch, limit: int, speeds: list[int]) -> int:
    """Return for how many seconds a connection is kept that brings so much in each."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    watch = Watch(TUNING, SpeedLimit(limit), "host")
    for second, speed in enumerate(speeds):
        now[0] += 1
        try:
            watch.add(speed)
        except DownloadError:
            return second + 1
    return len(speeds)


@pytest.mark.parametrize(
    ("limit", "speeds", "kept"),
    [
        (0, [1001] * 100, 100),
        (0, [999] * 100, 10),
        (0, [10_000] + [1] * 100, 20),  # what it brought long ago does not count
        (0, [0] * 9 + [10_000] + [1000] * 20, 30),
        (1000, [250] * 100, 100),  # it is told to be slow
        (1_000_000, [250] * 100, 10),
    ],
)
def test_a_slow_connection_is_left(
    monkeypatch: pytest.MonkeyPatch, limit: int, speeds: list[int], kept: int
) -> None:
    assert seconds_kept(monkeypatch, limit, speeds) == kept
