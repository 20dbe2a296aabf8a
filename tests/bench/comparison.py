# SPDX-License-Identifier: Apache-2.0
"""Runs the sides in turn, and probes the machine around every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from tests.bench import ik_llama, llama_cpp
from tests.bench.probe import Probe
from tests.bench.programs import BenchError, Say, run_own
from tests.bench.report import KTDESK, Sample
from tests.bench.work import Work

Measure = Callable[[Work], float]  # tokens per second

# After so many runs of each, a peer's setting that was never near its best one is run no more.
_TRIED_RUNS = 2
_NEAR = 0.9


def sides(path: Path, threads: int, peer: Path | None, say: Say) -> dict[str, Measure]:
    """Return how to measure each side; each run is a process of its own."""
    ours = {KTDESK: partial(_ktdesk, path, threads, {})}
    return ours | (_peer_sides(path, threads, peer, say) if peer else {})


def avx2_sides(path: Path, threads: int, package: Path, say: Say) -> dict[str, Measure]:
    """Return the same of ik_llama.cpp's package, and of KTDesk with no more than it has."""

    @cache
    def tuned(work: Work) -> ik_llama.Way:
        way = ik_llama.tune(package, path, threads, work)
        say(f"{work.name}: ik_llama.cpp is fastest with -fa {int(way.flash)} -mla {way.mla}")
        return way

    def measure(repack: bool, work: Work) -> float:
        return ik_llama.measure(package, path, threads, work, repack=repack, way=tuned(work))

    ours = {KTDESK: partial(_ktdesk, path, threads, {"KTDESK_ISA": "avx2"})}
    return ours | {name: partial(measure, repack) for name, repack in ik_llama.SETTINGS.items()}


def _ktdesk(path: Path, threads: int, environment: Mapping[str, str], work: Work) -> float:
    numbers = (threads, work.prompt, work.generated, work.depth)
    return float(run_own("ktdesk_side", path, *numbers, environment=environment))


def _peer_sides(path: Path, threads: int, peer: Path, say: Say) -> dict[str, Measure]:
    @cache
    def tuned(work: Work) -> llama_cpp.Flags:
        flags = llama_cpp.tune(peer, path, threads, work)
        say(f"{work.name}: llama.cpp is fastest with {' '.join(map(str, flags))}")
        return flags

    def measure(setting: llama_cpp.Setting, work: Work) -> float:
        return llama_cpp.measure(peer, path, threads, work, setting, tuned(work))

    return {name: partial(measure, way) for name, way in llama_cpp.settings(peer).items()}


def compare(
    work: Work, measures: Mapping[str, Measure], runs: int, probe: Probe | None, say: Say
) -> dict[str, list[Sample]]:
    """Return so many samples of each side, taken in turn. A side that fails is left out; settings
    of the peer that are clearly not its best one have fewer.
    """
    samples: dict[str, list[Sample]] = {side: [] for side in measures}
    failed: set[str] = set()
    before = _read_speed(probe)
    for number in range(1, runs + 1):
        slow = _slow_settings(samples, failed) if number > _TRIED_RUNS else set[str]()
        for side in [side for side in measures if side not in failed | slow]:
            try:
                speed = measures[side](work)
            except BenchError as error:
                failed.add(side)
                say(f"{work.name}: {side} is left out. {error} {error.hint}")
                continue
            after = _read_speed(probe)
            samples[side].append(Sample(speed, (before + after) / 2))
            say(f"{work.name}: {side} run {number}: {speed:.2f} tokens/s at {after:.1f} GB/s")
            before = after
    return {side: taken for side, taken in samples.items() if side not in failed}


def _slow_settings(samples: Mapping[str, Sequence[Sample]], failed: set[str]) -> set[str]:
    """Return the settings of the peer whose fastest run is far below the slowest of its best."""
    speeds = {
        side: [sample.tokens_per_s for sample in taken]
        for side, taken in samples.items()
        if side != KTDESK and side not in failed
    }
    best = max(map(min, speeds.values()), default=0.0)
    return {side for side, taken in speeds.items() if max(taken) < _NEAR * best}


def _read_speed(probe: Probe | None) -> float:
    return probe.read_gb_per_s() if probe else 0.0
