# SPDX-License-Identifier: Apache-2.0
"""What bars, tables and maps of a plan show, against the files' own tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader

from ktdesk.errors import PlacementError
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU
from ktdesk.planning.plan import Plan, Planner, Wishes
from ktdesk.planning.shares import (
    DISK,
    Share,
    device_shares,
    experts_on_cards,
    layer_map,
    rule_matches,
)
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import card, machine

CONTEXT = 32768


@pytest.fixture
def planner(known: Known) -> Planner:
    return Planner(known("DeepSeek-R1"), machine(192, card()))


@pytest.fixture
def plan(planner: Planner) -> Plan:
    return planner.plan(Wishes(context_tokens=CONTEXT))


def file_bytes(path: Path) -> int:
    return sum(int(tensor.n_bytes) for tensor in GGUFReader(path).tensors)


def test_bars_are_what_the_plan_needs(planner: Planner, plan: Plan) -> None:
    on_card, memory, disk = device_shares(plan, planner.machine, CONTEXT, 0)
    assert (on_card.device, memory.device, disk.device) == (0, CPU, DISK)
    assert on_card.total_bytes == plan.needs.cards[0].total
    assert memory.total_bytes == plan.needs.memory.total
    assert memory.total_bytes - memory.room_bytes == plan.verdict.disk_bytes
    # Each class is rounded down to whole bytes.
    assert 0 <= plan.verdict.disk_bytes - disk.total_bytes < len(Share)


def test_rules_place_every_byte_of_the_file(planner: Planner, plan: Plan) -> None:
    table = rule_matches(plan)
    assert sum(row.size_bytes for row in table) == file_bytes(planner.checkpoint.path)
    assert sum(row.modules for row in table) == len(plan.anatomy.modules)
    devices = [row.devices for row in table]
    assert (CPU, 0) in devices, "a layer some of whose experts are on the card"
    assert devices[-1] == (0,)


def test_the_map_shows_every_byte_once(planner: Planner, plan: Plan) -> None:
    cells = layer_map(plan)
    assert sum(cell.size_bytes for cell in cells) == file_bytes(planner.checkpoint.path)
    assert len({(cell.layer, cell.share) for cell in cells}) == len(cells)
    dense = [cell.layer for cell in cells if cell.share is Share.DENSE]
    assert dense == [0, 1, 2]


def test_the_map_of_experts_shows_those_whose_bytes_are_on_the_card(
    planner: Planner, plan: Plan
) -> None:
    routed = [each for each in plan.assignment.placed if each.module.part is Part.ROUTED]
    on_card = {each.module.layer: each.module.size_bytes for each in routed if each.card != CPU}
    sizes = {module.layer: module.size_bytes // 256 for module in plan.anatomy.of(Part.ROUTED)}
    found = experts_on_cards(plan)
    assert {i: len(ids) * sizes[i] for i, ids in found.items()} == on_card
    assert found


def test_a_curve_has_the_plans_own_speeds(planner: Planner, plan: Plan) -> None:
    curve = planner.decode_curve(plan, CONTEXT)
    assert {depth: curve[depth] for depth in plan.decode} == plan.decode


def test_a_rule_that_matches_nothing_knows_its_line(planner: Planner) -> None:
    text = 'rules:\n  - match: layers.99.**\n    use: "*.cpu"\n  - match: "**"\n    use: "*.cpu"\n'
    placement = Placement.parse("mine", text)
    with pytest.raises(PlacementError) as caught:
        planner.plan(Wishes(context_tokens=CONTEXT, placement=placement))
    assert caught.value.line == 2
