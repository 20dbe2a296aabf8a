# SPDX-License-Identifier: Apache-2.0
"""Plans for machines that people have, or wish to have."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.formats.gguf import Checkpoint, FilePart
from ktdesk.formats.gguf_header import read_header
from ktdesk.hardware.machine import Machine
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU
from ktdesk.planning.plan import Plan, Wishes, make_plan
from ktdesk.planning.remedies import Remedy
from ktdesk.planning.speed import Limit
from ktdesk.planning.verdict import Fit
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import GB, card, machine


def plan(known: Known, name: str, on: Machine, context: int = 32768, **wishes: int) -> Plan:
    return make_plan(known(name), on, Wishes(context_tokens=context, **wishes))


@pytest.mark.parametrize("name", ["DeepSeek-V2-Lite", "Qwen3-30B-A3B", "gpt-oss-120b"])
def test_a_header_alone_is_planned_as_the_file_is(known: Known, name: str) -> None:
    here = known(name)
    with here.path.open("rb") as file:
        header = read_header(here.path, file.read(1 << 20), here.size_bytes)
    away = Checkpoint(Path(here.path.name), [FilePart(here.path, here.size_bytes, header)])
    on, wishes = machine(64, card()), Wishes(context_tokens=8192)
    assert make_plan(away, on, wishes) == make_plan(here, on, wishes)


def routed_on_cards(plan: Plan) -> int:
    """Return how many layers have all of their experts on cards."""
    routed = [each for each in plan.assignment.placed if each.module.part is Part.ROUTED]
    at_home = {each.module.layer for each in routed if each.card == CPU}
    return len({each.module.layer for each in routed} - at_home)


def test_r1_on_one_card_and_half_a_terabyte(known: Known) -> None:
    found = plan(known, "DeepSeek-R1", machine(512, card()))
    assert found.verdict.fit is Fit.COMFORTABLE
    on_card = found.needs.cards[0]
    assert on_card.cache == 32768 * 61 * 576 * 2  # 2.3 GB
    assert found.assignment.handed_layers + routed_on_cards(found) == 58
    assert found.decode[0].limit is Limit.MEMORY
    # 8 of 256 experts, 12 GB in all, through a memory of 80 GB/s, and the card's part after it.
    assert 3 < found.decode[0].tokens_per_s.low < found.decode[0].tokens_per_s.high < 6.5


def test_r1_with_too_little_memory_is_read_from_the_disk(known: Known) -> None:
    found = plan(known, "DeepSeek-R1", machine(192, card()))
    assert found.verdict.fit is Fit.FROM_DISK
    (shortage,) = found.verdict.shortages
    assert shortage.card == CPU
    assert shortage.missing_bytes == found.verdict.disk_bytes
    weights = next(saving for saving in found.savings if saving.remedy is Remedy.WEIGHTS)
    assert weights.saved_bytes >= shortage.missing_bytes
    assert found.decode[0].limit is Limit.DISK


def test_a_shorter_context_and_a_smaller_cache_save_what_they_save(known: Known) -> None:
    found = plan(known, "DeepSeek-R1", machine(192, card()))
    saved = {saving.remedy: saving for saving in found.savings}
    assert saved[Remedy.CONTEXT].value == "16384"
    assert saved[Remedy.CONTEXT].saved_bytes == 16384 * 61 * 576 * 2
    assert saved[Remedy.CACHE].saved_bytes == 32768 * 61 * (576 * 2 - 18 * 34)


@pytest.mark.parametrize(
    ("name", "on", "fit"),
    [
        ("DeepSeek-V2.5", machine(192, card()), Fit.COMFORTABLE),
        ("Qwen3-30B-A3B", machine(64, card()), Fit.COMFORTABLE),
        ("DeepSeek-V2-Lite", machine(16), Fit.FROM_DISK),
        ("DeepSeek-V2-Lite", machine(24), Fit.COMFORTABLE),
        ("Kimi-K2", machine(768, card()), Fit.COMFORTABLE),
        ("Kimi-K2", machine(512, card()), Fit.FROM_DISK),
        ("GLM-4.5-Air", machine(96, card()), Fit.COMFORTABLE),
        ("gpt-oss-120b", machine(56, card()), Fit.TIGHT),
        ("gpt-oss-120b", machine(128, card()), Fit.COMFORTABLE),
        ("gpt-oss-120b", machine(9), Fit.WILL_NOT_RUN),
    ],
)
def test_verdicts_on_known_models(known: Known, name: str, on: Machine, fit: Fit) -> None:
    assert plan(known, name, on).verdict.fit is fit


def test_a_model_that_fits_the_card_goes_there_whole(known: Known) -> None:
    found = plan(known, "Qwen3-30B-A3B", machine(64, card(32)), context=8192)
    assert routed_on_cards(found) == 48
    assert found.needs.memory.cache == 0
    assert found.decode[0].limit in (Limit.CARD_MEMORY, Limit.LATENCY)


def test_a_small_card_takes_some_layers_experts(known: Known) -> None:
    found = plan(known, "DeepSeek-V2-Lite", machine(64, card(8)), context=8192)
    assert 0 < routed_on_cards(found) < 26


@pytest.mark.parametrize("name", ["DeepSeek-R1", "Qwen3-30B-A3B", "GLM-4.5-Air"])
@pytest.mark.parametrize("budget", [0, 6 * GB, 12 * GB, 16 * GB, 24 * GB])
@pytest.mark.parametrize("context", [4096, 32768])
def test_a_card_is_never_given_more_than_its_budget(
    known: Known, name: str, budget: int, context: int
) -> None:
    on = machine(1024, card())
    found = plan(known, name, on, context, vram_bytes=budget)
    for needs in found.needs.cards.values():
        assert needs.total <= min(budget or on.gpus[0].free_bytes, on.gpus[0].free_bytes)


def test_longer_contexts_and_slower_memory_are_slower(known: Known) -> None:
    fast = plan(known, "DeepSeek-R1", machine(512, card()))
    slow = plan(known, "DeepSeek-R1", machine(512, card(), bytes_per_s=40e9))
    assert slow.decode[0].tokens_per_s.low < fast.decode[0].tokens_per_s.low
    speeds = [speed.tokens_per_s.low for speed in fast.decode.values()]
    assert speeds == sorted(speeds, reverse=True)
