# SPDX-License-Identifier: Apache-2.0
"""The speed limit, with a clock that a test turns."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from ktdesk.library.fetch import speed_limit
from ktdesk.library.fetch.speed_limit import SpeedLimit

STOP = threading.Event()


@dataclass
class Clock:
    now: float = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()

    def wait(self: threading.Condition, timeout: float | None = None) -> bool:
        clock.now += max(timeout or 0, 1e-6)  # as little as any real clock turns
        return False

    monkeypatch.setattr(speed_limit.time, "monotonic", clock.monotonic)
    monkeypatch.setattr(threading.Condition, "wait", wait)
    return clock


@pytest.mark.parametrize("piece", [10, 1000, 70_000])
def test_the_mean_speed_is_the_limit(clock: Clock, piece: int) -> None:
    limit = SpeedLimit(10_000)
    for _ in range(1000):
        limit.take(piece, STOP)
    assert clock.now - 100 == pytest.approx(1000 * piece / 10_000, rel=0.03, abs=0.3)


def test_a_pause_gives_no_more_than_a_burst(clock: Clock) -> None:
    limit = SpeedLimit(10_000)
    limit.take(1, STOP)
    clock.now += 1000
    before = clock.now
    limit.take(10_000, STOP)
    assert 0.7 < clock.now - before <= 1


def test_no_limit_takes_no_time(clock: Clock) -> None:
    limit = SpeedLimit()
    limit.take(1 << 40, STOP)
    assert clock.now == 100
    limit.bytes_per_s = 1000  # what came before is not held against it
    limit.take(500, STOP)
    assert clock.now - 100 <= 0.5


def test_a_stop_ends_the_wait(clock: Clock) -> None:
    stop = threading.Event()
    stop.set()
    SpeedLimit(1).take(1000, stop)
    assert clock.now == 100


def test_pieces_are_small_where_the_limit_is() -> None:
    assert SpeedLimit().piece_bytes(1 << 20) == 1 << 20
    assert SpeedLimit(80_000).piece_bytes(1 << 20) == 10_000
    assert SpeedLimit(1).piece_bytes(1 << 20) == 1024


def test_a_change_is_noticed_by_those_who_wait() -> None:
    limit = SpeedLimit(1)
    waiting = threading.Thread(target=limit.take, args=(1 << 40, STOP))
    waiting.start()
    limit.bytes_per_s = 0
    waiting.join(5)
    assert not waiting.is_alive()
