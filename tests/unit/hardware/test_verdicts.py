# SPDX-License-Identifier: Apache-2.0
"""Verdicts: what each says, and of which machine. Whole machines are in test_describe.py."""

from __future__ import annotations

import dataclasses
import string

import pytest

from ktdesk.hardware import Disk, Gpu, Machine, Memory, Processor, System
from ktdesk.hardware.machine import InstructionSet, PcieLink, Program
from ktdesk.hardware.verdicts import WORDS, Verdict, judge

GB = 10**9
CARD = Gpu(name="Card", memory_bytes=24 * GB, free_bytes=23 * GB, compute_capability=(8, 9))
GOOD = Machine(
    system=System(name="System", power_plan="balanced"),
    processor=Processor(name="Processor"),
    memory=Memory(total_bytes=64 * GB, available_bytes=60 * GB, has_huge_pages=True, channels=2),
    gpus=(CARD,),
)


def card(**changes: object) -> list[Verdict]:
    return judge(dataclasses.replace(GOOD, gpus=(dataclasses.replace(CARD, **changes),)))


def memory(**changes: object) -> list[Verdict]:
    return judge(dataclasses.replace(GOOD, memory=dataclasses.replace(GOOD.memory, **changes)))


def test_a_good_machine_needs_nothing() -> None:
    assert judge(GOOD) == []


def test_an_old_driver_and_what_it_lacks() -> None:
    problem = {"problem": "Too old.", "remedy": "Update."}
    (verdict,) = card(driver="535.1", cuda=(12, 2), needed_cuda=(13, 0), **problem)
    assert (verdict.code, verdict.severity) == ("card_driver_old", "problem")
    for words in ("535.1", "CUDA 12.2", "CUDA 13.0"):
        assert words in verdict.text
    assert "580" in verdict.remedy


def test_a_newer_minor_version_is_not_needed() -> None:
    assert card(cuda=(13, 0), needed_cuda=(13, 2)) == []


@pytest.mark.parametrize(
    ("width", "card_width", "severity"),
    [(4, 16, "warning"), (8, 16, "note"), (16, 16, ""), (8, 8, ""), (1, 16, "warning")],
)
def test_the_slot_of_a_card(width: int, card_width: int, severity: str) -> None:
    link = PcieLink(
        generation=1, width=width, most_generation=4, most_width=16, card_width=card_width
    )
    assert [verdict.severity for verdict in card(link=link)] == ([severity] if severity else [])


def test_who_takes_a_cards_memory_is_named() -> None:
    programs = (
        Program(name="game", memory_bytes=15 * GB),
        Program(name="browser", memory_bytes=0),
    )
    (verdict,) = card(free_bytes=5 * GB, programs=programs)
    assert verdict.text == (
        "Of Card only 5.0 GB of 24 GB are free; the most is in use by game (15 GB), browser."
    )


def test_who_takes_the_memory_is_named() -> None:
    programs = (
        Program(name="big", memory_bytes=50 * GB),
        Program(name="small", memory_bytes=10**6),
    )
    (busy,) = memory(available_bytes=10 * GB, largest_programs=programs)
    (little,) = memory(available_bytes=2 * GB, largest_programs=programs)
    assert (busy.code, busy.severity) == ("memory_busy", "note")
    assert (little.code, little.severity) == ("memory_little", "problem")
    for verdict in (busy, little):
        assert "big (50 GB)." in verdict.text


def test_a_shells_limit() -> None:
    (verdict,) = memory(installed_bytes=128 * GB, limited_by="ulimit")
    assert "ulimit -v" in verdict.remedy


def test_sets_that_the_system_keeps_back() -> None:
    sets = tuple(
        InstructionSet(name=name, benefit="", is_present=present, is_granted=granted)
        for name, present, granted in (
            ("AVX2", True, True),
            ("AVX-512 F", True, False),
            ("AMX", False, False),
        )
    )
    processor = dataclasses.replace(GOOD.processor, instruction_sets=sets)
    (verdict,) = judge(dataclasses.replace(GOOD, processor=processor))
    assert (verdict.code, verdict.values) == ("set_not_granted", {"name": "AVX-512 F"})


def test_slow_disks() -> None:
    disks = tuple(Disk(folder=kind, kind=kind) for kind in ("ssd", "hdd", "network", ""))
    found = judge(dataclasses.replace(GOOD, disks=disks))
    assert [verdict.values["folder"] for verdict in found] == ["hdd", "network"]


def test_the_worst_comes_first() -> None:
    found = memory(available_bytes=GB, has_huge_pages=False, channels=1)
    assert [verdict.severity for verdict in found] == ["problem", "warning", "note"]


def test_windows_can_put_the_values_into_words_of_their_own() -> None:
    for verdict in memory(available_bytes=GB, has_huge_pages=False, channels=1):
        text, remedy = WORDS[verdict.code]
        names = {name for _, name, _, _ in string.Formatter().parse(text + remedy) if name}
        assert names <= verdict.values.keys()
        assert text.format(**verdict.values) == verdict.text
