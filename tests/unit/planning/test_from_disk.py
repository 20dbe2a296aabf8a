# SPDX-License-Identifier: Apache-2.0
"""What counts of experts change in plans: what the disk is read for, and what cards get."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, Assignment, assign
from ktdesk.planning.dissection import dissect
from ktdesk.planning.from_disk import disk_reads
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.plan import Wishes, make_plan
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import card, machine
from tests.unit.planning.test_speed import ATTENTION, EXPERTS, GB, placed

WISHES = Wishes(context_tokens=8192)


def chosen(*shares: float) -> Assignment:
    """Return a layer of 80 GB of experts, of which a token reads 5, whose use is known."""
    found = placed()
    experts = replace(EXPERTS, chosen=shares)
    return replace(found, placed=(found.placed[0], replace(found.placed[1], module=experts)))


def test_what_every_token_needs_is_missing_last() -> None:
    assert disk_reads(placed(), 40 * GB) == pytest.approx(2.5 * GB)
    assert disk_reads(placed(), 80 * GB) == pytest.approx(5 * GB)
    assert disk_reads(placed(), 83 * GB) == pytest.approx(5 * GB + ATTENTION.read_bytes)


def test_experts_that_are_chosen_most_stay() -> None:
    # Four experts of 20 GB. Of 5 GB that a token reads, the two least used ones get 0.3.
    assert disk_reads(chosen(0.5, 0.1, 0.2, 0.2), 40 * GB) == pytest.approx(0.3 * 5 * GB)
    assert disk_reads(chosen(0.25, 0.25, 0.25, 0.25), 40 * GB) == pytest.approx(2.5 * GB)
    assert disk_reads(chosen(0.5, 0.1, 0.2, 0.2), 30 * GB) == pytest.approx((0.1 + 0.1) * 5 * GB)


def test_counts_become_shares_of_each_layer(known: Known) -> None:
    counts = np.zeros((27, 64), np.int64)
    counts[1:] = 99
    counts[5, 7] = 64 * 100 - 1
    anatomy = dissect(known("DeepSeek-V2-Lite"), CacheType.F16).counted(counts)
    by_layer = {module.layer: module.chosen for module in anatomy.of(Part.ROUTED)}
    assert by_layer[1] == pytest.approx([1 / 64] * 64)
    assert by_layer[5][7] == pytest.approx(64 / 127)
    assert all(not module.chosen for module in anatomy.modules if module.part is not Part.ROUTED)


def layers_on_card(found: Assignment) -> set[int]:
    routed = (each for each in found.placed if each.module.part is Part.ROUTED)
    return {each.module.layer for each in routed if each.card != CPU}


def skewed(layers: int, experts: int, even: set[int]) -> np.ndarray:
    """Return counts of layers that choose evenly, and of others that mostly choose among half."""
    counts = np.full((layers, experts), 100)
    for layer in set(range(layers)) - even:
        counts[layer, :128] = 1000
    return counts


@pytest.mark.parametrize("memory_gb", [192, 512])
def test_a_card_gets_the_experts_in_use(known: Known, memory_gb: int) -> None:
    checkpoint, on = known("DeepSeek-R1"), machine(memory_gb, card(80))
    before = make_plan(checkpoint, on, WISHES)
    even = set(range(40, 61))
    counts = skewed(61, 256, even)
    after = make_plan(checkpoint, on, WISHES, counts=counts)
    found = layers_on_card(after.assignment)
    assert found
    assert not found & even
    for each in after.assignment.placed:
        if each.module.part is Part.ROUTED and each.card != CPU:
            here = each.rule.residents(256)
            assert set(here) <= set(range(128))
    # What stays is chosen less: less is read from the memory, and no more from the disk.
    as_before = replace(WISHES, placement=before.assignment.placement)
    kept = make_plan(checkpoint, on, as_before, counts=counts)
    speeds = [each.decode[0].tokens_per_s.low for each in (before, kept, after)]
    assert speeds == sorted(speeds)
    assert speeds[2] > 1.05 * speeds[1]


def test_counts_of_another_model_say_nothing(known: Known) -> None:
    anatomy: Anatomy = dissect(known("DeepSeek-V2-Lite"), CacheType.F16)
    assert anatomy.counted(np.ones((61, 256), np.int64)) is anatomy
    rules = Placement.load("cpu_only")
    assert assign(anatomy, rules) == assign(anatomy.counted(None), rules)
