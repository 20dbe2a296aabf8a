# SPDX-License-Identifier: Apache-2.0
"""How long work takes, by a clock that only work moves."""

from __future__ import annotations

import pytest

from ktdesk.probes import timing
from ktdesk.probes.timing import ROUND_S, shortest_s, steady_s

WORK_S, WAKING_S = 0.005, 0.004


class Machine:
    """Whose threads fall asleep whenever somebody looks at the clock, and wake at the next work."""

    def __init__(self) -> None:
        self.now, self.is_awake, self.done = 0.0, False, 0

    def clock(self) -> float:
        self.is_awake = False
        return self.now

    def work(self) -> None:
        self.now += WORK_S if self.is_awake else WORK_S + WAKING_S
        self.is_awake = True
        self.done += 1


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(timing.time, "perf_counter", machine.clock)
    return machine


def test_short_work_is_timed_without_the_waking_of_threads(machine: Machine) -> None:
    assert shortest_s(machine.work, 3) == pytest.approx(WORK_S + WAKING_S)
    found = steady_s(machine.work, 3)
    assert WORK_S < found < WORK_S + WAKING_S / (ROUND_S / (WORK_S + WAKING_S))


def test_long_work_is_done_once_a_round(machine: Machine) -> None:
    def work() -> None:
        machine.now += 2 * ROUND_S
        machine.done += 1

    assert steady_s(work, 3) == pytest.approx(2 * ROUND_S)
    assert machine.done == 1 + 3
