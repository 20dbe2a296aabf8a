# SPDX-License-Identifier: Apache-2.0
"""What stays free of a card, so that experts can come to it while it computes."""

from __future__ import annotations

import pytest

from ktdesk.devices.chunks import room_bytes
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.decoder import token_bytes
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.dissection import dissect
from ktdesk.planning.plan import Planner, Wishes
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import GB, card, machine


def test_half_a_layers_experts_come_ahead_where_the_memory_holds_all(known: Known) -> None:
    anatomy = dissect(known("DeepSeek-R1"), CacheType.F16)
    all_in_memory, some = (CardNeeds.of(anatomy, 4096, gb * GB) for gb in (500, 300))
    more = all_in_memory.streaming - some.streaming
    assert more == (256 // 2 - 4) * anatomy.expert_bytes
    assert all_in_memory.layers == some.layers


@pytest.mark.parametrize(("memory_gb", "slots"), [(512, 128), (192, 4)])
def test_experts_that_stay_on_the_card_leave_that_room(
    known: Known, memory_gb: float, slots: int
) -> None:
    context, on = 4096, machine(memory_gb, card())
    plan = Planner(known("DeepSeek-R1"), on).plan(Wishes(context_tokens=context))
    free = on.gpus[0].free_bytes - plan.needs.cards[0].total
    chunk = room_bytes(context, token_bytes(plan.anatomy.width))
    assert "single experts" in plan.assignment.placement.name
    assert slots <= (free - chunk) / plan.anatomy.expert_bytes < slots + 2
