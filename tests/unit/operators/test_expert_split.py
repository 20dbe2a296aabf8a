# SPDX-License-Identifier: Apache-2.0
"""The choice of experts for the GPU, and the plans of what is left to the CPU."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ktdesk.devices.cpu import CpuDevice
from ktdesk.kernels.experts import expert_plan, plan_size
from ktdesk.operators.expert_pairs import ExpertPairs
from ktdesk.operators.expert_split import Speeds, choose_streamed

EXPERTS = 40
BYTES = 25_000_000
SEEDS = range(8)


def counts_of(seed: int, tokens: int = 400) -> NDArray[np.int64]:
    """Return counts that fall off as those of real routers do; some experts have none."""
    random = np.random.default_rng(seed)
    return np.bincount(random.zipf(1.5, tokens) % EXPERTS, minlength=EXPERTS)


def end_s(
    counts: NDArray[np.int64], chosen: NDArray[np.int64], speeds: Speeds, ahead: int = 0
) -> float:
    """Return when the slower side ends, in seconds: a token costs one, a read sixteen of them.

    ahead: how many of those chosen need not be sent.
    """
    left = [n for expert, n in enumerate(counts.tolist()) if n and expert not in chosen]
    stream_s = (speeds.stream_s if left else speeds.stream_alone_s) * (len(chosen) - ahead)
    return BYTES * max(speeds.cpu_token_s * sum(n + 16 for n in left), stream_s)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_experts_with_tokens_the_largest_first(seed: int) -> None:
    counts = counts_of(seed)
    chosen = choose_streamed(counts, BYTES, Speeds())
    assert len(set(chosen)) == len(chosen)
    assert counts[chosen].all()
    assert (np.diff(counts[chosen]) <= 0).all()
    left = np.delete(counts, chosen)
    assert counts[chosen].min(initial=10**9) >= left.max(initial=0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stream_s", [1e-12, 1e-11, 1e-10])
def test_no_other_number_of_them_ends_sooner(seed: int, stream_s: float) -> None:
    counts, speeds = counts_of(seed), Speeds(stream_s=stream_s, stream_alone_s=stream_s / 3)
    chosen = choose_streamed(counts, BYTES, speeds)
    order = np.argsort(-counts, kind="stable")
    best = min(end_s(counts, order[:k], speeds) for k in range(np.count_nonzero(counts) + 1))
    assert end_s(counts, chosen, speeds) == pytest.approx(best)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stream_s", [1e-11, 1e-10, 1.0])
def test_what_is_ahead_is_taken_and_not_sent(seed: int, stream_s: float) -> None:
    counts, speeds = counts_of(seed), Speeds(stream_s=stream_s, stream_alone_s=stream_s)
    ahead = [0, 3, 5, 17, 30]  # some have many tokens, some few, some perhaps none
    used = [expert for expert in ahead if counts[expert]]
    chosen = choose_streamed(counts, BYTES, speeds, ahead)
    rest = [expert for expert in np.argsort(-counts, kind="stable") if expert not in ahead]
    order = np.array(used + [expert for expert in rest if counts[expert]])
    ends = [end_s(counts, order[:k], speeds, len(used)) for k in range(len(used), len(order) + 1)]
    assert chosen.tolist() == order[: len(chosen)].tolist()
    assert end_s(counts, chosen, speeds, len(used)) == pytest.approx(min(ends))
    assert len(chosen) >= len(used)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_tokens_never_make_the_gpu_compute_fewer(seed: int) -> None:
    counts = counts_of(seed)
    chosen = [len(choose_streamed(counts * factor, BYTES, Speeds())) for factor in (1, 2, 5, 50)]
    assert chosen == sorted(chosen)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_side_without_speed_gets_nothing(seed: int) -> None:
    counts = counts_of(seed)
    assert not len(choose_streamed(counts, BYTES, Speeds(stream_s=1.0, stream_alone_s=1.0)))
    assert len(choose_streamed(counts, BYTES, Speeds(cpu_token_s=1.0))) == np.count_nonzero(counts)


def test_nothing_to_choose_from() -> None:
    assert not len(choose_streamed(np.zeros(EXPERTS, np.int64), BYTES, Speeds()))


def test_speeds_follow_what_is_measured() -> None:
    speeds, counts = Speeds(), counts_of(0)
    tokens = int((counts[counts > 0] + 16).sum())
    for _ in range(40):
        speeds.learn_cpu(counts, BYTES, 3e-9 * tokens * BYTES)
        speeds.learn_stream(7, BYTES, 5e-11 * 7 * BYTES)
        speeds.learn_stream(7, BYTES, 2e-11 * 7 * BYTES, alone=True)
    assert speeds.cpu_token_s == pytest.approx(3e-9, rel=1e-3)
    assert speeds.stream_s == pytest.approx(5e-11, rel=1e-3)
    assert speeds.stream_alone_s == pytest.approx(2e-11, rel=1e-3)


def test_nothing_is_sent_where_the_cpu_ends_sooner_alone() -> None:
    counts, speeds = counts_of(0), Speeds()
    sent = len(choose_streamed(counts, BYTES, speeds))
    speeds.learn_cpu(counts, BYTES, 1e-3, alone=True)
    assert sent
    assert not len(choose_streamed(counts, BYTES, speeds))
    speeds.learn_cpu(counts, BYTES, 1e3, alone=True)
    assert len(choose_streamed(counts, BYTES, speeds)) == sent


def test_all_is_sent_where_the_stream_ends_sooner_alone() -> None:
    counts, speeds = counts_of(0), Speeds()
    sent = len(choose_streamed(counts, BYTES, speeds))
    speeds.stream_alone_s = speeds.stream_s / 100
    assert sent < len(choose_streamed(counts, BYTES, speeds)) == np.count_nonzero(counts)


def test_a_side_that_had_nothing_to_do_teaches_nothing() -> None:
    speeds = Speeds()
    speeds.learn_cpu(np.zeros(EXPERTS, np.int64), BYTES, 1.0)
    speeds.learn_stream(0, BYTES, 1.0)
    assert speeds == Speeds()


def ids_of(seed: int, tokens: int = 30, used: int = 4) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randperm(EXPERTS, generator=generator)[:used] for _ in range(tokens)]
    return torch.stack(rows).int()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_of_all_is_that_of_the_kernel(seed: int) -> None:
    ids = ids_of(seed)
    plan = torch.zeros(plan_size(ids.numel(), EXPERTS), dtype=torch.int32)
    expert_plan(CpuDevice(1).stream, ids, plan, experts=EXPERTS)
    assert torch.equal(ExpertPairs(ids, EXPERTS).plan_without([]), plan)


@pytest.mark.parametrize("left_out", [[3, 8, 21], list(range(EXPERTS))])
def test_each_pair_is_on_one_side(left_out: list[int]) -> None:
    ids = ids_of(1)
    pairs = ExpertPairs(ids, EXPERTS)
    plan = pairs.plan_without(left_out)
    offsets, rest = plan[: EXPERTS + 1].tolist(), plan[EXPERTS + 1 :]
    ours = rest[: offsets[-1]].tolist()
    theirs = [pair for expert in left_out for pair in pairs.of(expert).tolist()]
    assert sorted(ours + theirs) == list(range(ids.numel()))
    flat = ids.flatten().tolist()
    for expert in range(EXPERTS):
        mine = ours[offsets[expert] : offsets[expert + 1]]
        assert all(flat[pair] == expert for pair in mine)
        assert not (mine and expert in left_out)
    active = sorted({flat[pair] for pair in ours})
    assert rest[ids.numel() :][: len(active) + 1].tolist() == [len(active), *active]
