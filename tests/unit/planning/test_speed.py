# SPDX-License-Identifier: Apache-2.0
"""Speeds against sums by hand: bytes over bandwidth, operations over rates, of a made-up model."""

from __future__ import annotations

import dataclasses

import pytest

from ktdesk.hardware.machine import Gpu, Machine, Memory, Processor, System
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part, Rule
from ktdesk.planning.assignment import CPU, Assignment, Placed, assign
from ktdesk.planning.modules import Anatomy, Module
from ktdesk.planning.needs import PROGRAM_BYTES, Needs
from ktdesk.planning.speed import Limit, Range, decode_speed, prefill_speed

GB = 1_000_000_000
ATTENTION = Module(
    path="layers.0.self_attn.attention",
    kind="mla",
    part=Part.ATTENTION,
    layer=0,
    weights=3 * GB,
    size_bytes=3 * GB,
    read_bytes=3 * GB,
    operations=6 * GB,
    row_bytes=1000,
    row_operations=4000.0,
    prompt_row_operations=2000.0,
)
EXPERTS = Module(
    path="layers.0.mlp.experts",
    kind="experts",
    part=Part.ROUTED,
    layer=0,
    weights=160 * GB,
    size_bytes=80 * GB,
    read_bytes=5 * GB,  # one in sixteen
    operations=20 * GB,
)


def placed(attention: int = CPU, experts: int = CPU, operations: float = 6 * GB) -> Assignment:
    """operations: of attention, for each token."""
    rule = Rule("**", "*.cpu")
    first = dataclasses.replace(ATTENTION, operations=operations)
    modules = ((first, attention), (EXPERTS, experts))
    placement = Placement("made up", "", (rule,))
    return Assignment(placement, tuple(Placed(m, device, rule) for m, device in modules))


def machine(available_gb: int = 200) -> Machine:
    """50 GB/s and 1e12 operations on the CPU; a card of 500 GB/s and 100e12; 20 GB/s between."""
    return Machine(
        system=System(name="made up"),
        processor=Processor(name="made up", physical_cores=8, int8_ops_per_s=1e12),
        memory=Memory(
            total_bytes=256 * GB, available_bytes=available_gb * GB, read_bytes_per_s=50e9
        ),
        gpus=(
            Gpu(
                name="card",
                memory_bytes=24 * GB,
                free_bytes=24 * GB,
                compute_capability=(8, 9),
                read_bytes_per_s=500e9,
                to_card_bytes_per_s=20e9,
                bf16_ops_per_s=100e12,
            ),
        ),
    )


def decode(assignment: Assignment, on: Machine, depth: int = 0) -> Range:
    return decode_speed(assignment, on, Needs.of(assignment, 0), depth).tokens_per_s


def test_on_the_cpu_alone_a_token_reads_its_weights_once() -> None:
    # 3 + 5 GB at 60 and at 85 % of 50 GB/s; the layer's loops 30 us at 60 and 100 %.
    found = decode(placed(), machine())
    assert 1 / found.low == pytest.approx(8 / (0.60 * 50) + 30e-6 / 0.6)
    assert 1 / found.high == pytest.approx(8 / (0.85 * 50) + 30e-6)


def test_tokens_before_are_read_from_the_cache() -> None:
    # 1000 bytes a token: of a million 1 GB.
    empty, full = (decode(placed(), machine(), depth) for depth in (0, 1_000_000))
    assert 1 / full.low - 1 / empty.low == pytest.approx(1 / (0.60 * 50))


def test_the_devices_of_a_token_take_turns() -> None:
    # The card's 3 GB at 500 GB/s, the CPU's 5 GB at 50; kernels 80 us, loops 30, a hand-off 15.
    found = decode(placed(attention=0), machine())
    latency = 80e-6 + 30e-6 + 15e-6
    assert 1 / found.high == pytest.approx(3 / (0.85 * 500) + 5 / (0.85 * 50) + latency)
    assert 1 / found.low == pytest.approx(3 / (0.55 * 500) + 5 / (0.60 * 50) + latency / 0.6)


@pytest.mark.parametrize(("chosen", "hits"), [((), 0.5), ((0.4, 0.3, 0.2, 0.1), 0.7)])
def test_experts_on_the_card_spare_the_cpu_what_tokens_choose_of_them(
    chosen: tuple[float, ...], hits: float
) -> None:
    experts = dataclasses.replace(EXPERTS, experts=4, chosen=chosen)
    rule = Rule("**.experts", "experts.host", {"resident": 2})
    anatomy = Anatomy((ATTENTION, experts), 1, 1000, 20 * GB)
    assignment = assign(anatomy, Placement("made up", "", (rule, Rule("**", "*.cuda"))))
    assert [assignment.weight_bytes(device) for device in (CPU, 0)] == [40 * GB, 43 * GB]
    latency = 80e-6 + 30e-6 + 15e-6
    on_card, on_cpu = 3 + 5 * hits, 5 * (1 - hits)
    found = decode(assignment, machine())
    assert 1 / found.high == pytest.approx(on_card / (0.85 * 500) + on_cpu / (0.85 * 50) + latency)


def test_what_does_not_fit_comes_from_the_disk_as_often_as_it_is_read() -> None:
    # 83 GB of weights and 1.2 GB to work with, in 43: 41.2 GB are missing, of the 80 of experts,
    # as all else is needed for every token. The disk, which nobody measured, has 2 GB/s.
    found = decode(placed(), machine(available_gb=43))
    missing = 5 * 41.2 / 80
    reading = missing / (0.95 * 2) + (8 - missing) / (0.85 * 50)
    assert 1 / found.high == pytest.approx(reading + 30e-6)
    speed = decode_speed(placed(), machine(43), Needs.of(placed(), 0), 0)
    assert speed.limit is Limit.DISK


def test_prompts_on_the_cpu_are_bound_by_operations() -> None:
    assignment = placed()
    speed = prefill_speed(assignment, machine(), Needs.of(assignment, 0), 1000)
    # 6 + 20 G and, with 500 tokens before on average, 2000 each; 1e12 a second.
    operations = 26e9 + 500 * 2000
    assert speed.tokens_per_s.high == pytest.approx(0.70 * 1e12 / operations)
    assert speed.tokens_per_s.low == pytest.approx(0.35 * 1e12 / operations)
    assert speed.limit is Limit.CORES


@pytest.mark.parametrize(("operations", "limit"), [(6e9, Limit.SLOT), (60e9, Limit.CARD_CORES)])
def test_long_prompts_bring_experts_to_the_card_while_the_cpu_computes_others(
    operations: float, limit: Limit
) -> None:
    assignment = placed(attention=0, operations=operations)
    tokens = 8000
    speed = prefill_speed(assignment, machine(), Needs.of(assignment, 0), tokens)
    streamed, on_cores = 80 / 20, tokens * 20e9 / 1e12  # seconds: 4 and 160
    together = 1 / (1 / streamed + 1 / on_cores)
    on_card = tokens * (operations + 4000 * 2000) / 100e12
    reading = 3 / 500  # the card's own weights
    # Experts come meanwhile as well, half of them at most.
    waiting = together - min(on_card + reading, together / 2)
    launches = 0.8e-3  # of a layer's kernels
    seconds = waiting / 0.95 + on_card / 0.65 + reading / 0.85 + launches
    assert speed.tokens_per_s.high == pytest.approx(tokens / seconds)
    assert speed.limit is limit


def test_short_prompts_bring_nothing_to_the_card() -> None:
    assignment = placed(attention=0)
    speed = prefill_speed(assignment, machine(), Needs.of(assignment, 0), 100)
    on_cores, on_card = 100 * 20e9 / 1e12, 100 * (6e9 + 50 * 2000) / 100e12
    once = 3 / (0.85 * 500) + 0.8e-3
    assert speed.tokens_per_s.high == pytest.approx(100 / (on_cores / 0.70 + on_card / 0.65 + once))


def test_a_machine_that_was_not_measured_is_taken_for_a_desktop_computer() -> None:
    bare = dataclasses.replace(machine(), memory=Memory(total_bytes=0, available_bytes=200 * GB))
    assert decode(placed(), bare) == decode(placed(), machine())  # of 50 GB/s


def test_a_range_moves_by_what_was_learnt() -> None:
    moved = Range(2.0, 8.0).times(0.5)
    assert (moved.low, moved.middle, moved.high) == (1.0, 2.0, 4.0)


def test_operators_in_plain_torch_have_bounds_of_their_own() -> None:
    # 3 G weights of 4 bytes, and 113 calls, 5 us each; the step is not captured.
    linear = dataclasses.replace(ATTENTION, kind="gqa", row_operations=0.0).as_floats()
    rule = Rule("**", "*.torch")
    assignment = Assignment(
        Placement("made up", "", (rule,)), (Placed(linear, CPU, rule), Placed(EXPERTS, CPU, rule))
    )
    latency = 113 * 5e-6 + 800e-6 + 2.5e-3  # its threads are in the way of those of kernels
    assert 1 / decode(assignment, machine()).high == pytest.approx((12 + 5) / (0.85 * 50) + latency)
    prompt = prefill_speed(assignment, machine(), Needs.of(assignment, 0), 1024).tokens_per_s
    # In two chunks: the matrix's 6 G operations a token at 60e9 a core, the experts' as ever.
    seconds = 1024 * (6e9 / 480e9 + 20e9 / 1e12) / 0.70 + 2 * (113 * 5e-6 + 2.5e-3)
    assert 1024 / prompt.high == pytest.approx(seconds)


def test_large_chunks_of_prompts_want_their_room() -> None:
    experts = dataclasses.replace(EXPERTS, experts=16)
    assert experts.size_bytes == 16 * experts.read_bytes
    anatomy = Anatomy((ATTENTION, experts), 1, 7168, 20 * GB)
    needs = Needs.of(assign(anatomy, Placement("made up", "", (Rule("**", "*.cpu"),))), 0)
    assert needs.memory.working - PROGRAM_BYTES == 2048 * 16 * 7168 * 4  # 128 tokens an expert
