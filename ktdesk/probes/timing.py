# SPDX-License-Identifier: Apache-2.0
"""How long work takes: on the CPU, and on a card, where many launches are timed in one graph."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from ktdesk.devices.cuda import CudaDevice

RUNS = 7
ROUND_S = 0.2  # threads are awake, and cores at the speed that they keep, for most of it


@dataclass(frozen=True, slots=True)
class Time:
    """Microseconds of one launch: the median of some runs, and how far they were apart."""

    median_us: float
    spread_us: float


def shortest_s(work: Callable[[], object], rounds: int) -> float:
    """Return the seconds of the fastest of so many rounds, after one that does not count."""
    work()
    found: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return max(min(found), 1e-9)


def steady_s(work: Callable[[], object], rounds: int) -> float:
    """Return the seconds of short work that is done again and again, in the fastest of some rounds.

    A round lasts ROUND_S or longer. Alone, what takes 5 ms would be measured with the waking of
    threads, and before cores have changed to the clock of such work.
    """
    work()
    repeats = 1
    while (seconds := _repeat(work, repeats)) < ROUND_S:
        repeats *= 2
    return min(seconds, *(_repeat(work, repeats) for _ in range(rounds - 1))) / repeats


def _repeat(work: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - start


def time_launches(
    device: CudaDevice, launches: list[Callable[[], object]], *, rounds: int = 1
) -> Time:
    """Capture the launches, `rounds` times in turn, and replay them; return the time of one.

    Launches that read different memory keep the card's cache from serving what a model, which is
    larger, would read from its memory.
    """
    for launch in launches:
        launch()
    device.synchronize()
    with device.capture() as graph:
        for _ in range(rounds):
            for launch in launches:
                launch()
    found = [_replay(device, graph.replay) / rounds / len(launches) for _ in range(RUNS + 1)][1:]
    return Time(statistics.median(found), max(found) - min(found))


def _replay(device: CudaDevice, replay: Callable[[], None]) -> float:
    device.synchronize()
    start = time.perf_counter()
    replay()
    device.synchronize()
    return (time.perf_counter() - start) * 1e6
