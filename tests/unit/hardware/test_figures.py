# SPDX-License-Identifier: Apache-2.0
"""Measured figures and the user's own: where they go, and how long they last."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest

from ktdesk.hardware import Disk, Gpu, Machine, Measured, Memory, MemoryNode, Processor, System
from ktdesk.hardware.figures import overrule, with_measured
from ktdesk.hardware.machine import GpuSpeeds
from ktdesk.hardware.measurements import (
    HAS_CHANGED,
    NOT_MEASURED,
    measurements_file,
    read_measured,
    write_measured,
)
from ktdesk.hardware.report import report
from ktdesk.settings import HardwareSettings, describe

CARD = Gpu(
    name="Card",
    memory_bytes=24 << 30,
    free_bytes=23 << 30,
    compute_capability=(8, 9),
    pci_address="0000:01:00.0",
)
MACHINE = Machine(
    system=System(name="System"),
    processor=Processor(name="Processor", physical_cores=8),
    memory=Memory(
        total_bytes=64 << 30,
        available_bytes=60 << 30,
        installed_bytes=64 << 30,
        nodes=(MemoryNode(id=0), MemoryNode(id=2)),
    ),
    disks=(Disk(folder="/models", mount="/"),),
    gpus=(CARD, dataclasses.replace(CARD, pci_address="0000:02:00.0")),
)
MEASURED = Measured(
    measured_at="2026-11-29 12:00+00:00",
    version="1",
    read_bytes_per_s={1: 20e9, 8: 80e9},
    node_bytes_per_s={2: 40e9},
    int8_ops_per_s=1e12,
    bf16_ops_per_s=2e12,
    gpus={
        "0000:02:00.0": GpuSpeeds(
            read_bytes_per_s=900e9,
            to_card_bytes_per_s=25e9,
            from_card_bytes_per_s=26e9,
            bf16_ops_per_s=80e12,
        )
    },
    disks={"/": 3e9},
)


def test_what_is_kept_comes_back() -> None:
    write_measured(MACHINE, MEASURED)
    assert read_measured(MACHINE) == (MEASURED, "")


def test_measured_figures_go_where_they_belong() -> None:
    found = with_measured(MACHINE, MEASURED, "")
    assert found.memory.read_bytes_per_s == 80e9
    assert [node.read_bytes_per_s for node in found.memory.nodes] == [0, 40e9]
    assert [gpu.read_bytes_per_s for gpu in found.gpus] == [0, 900e9]
    assert found.gpus[1].from_card_bytes_per_s == 26e9
    assert (found.processor.int8_ops_per_s, found.processor.bf16_ops_per_s) == (1e12, 2e12)
    assert found.disks[0].read_bytes_per_s == 3e9
    for words in ("80 GB/s", "900 GB/s", "3.0 GB/s", "int8 1000 GOP/s", "2026-11-29 12:00"):
        assert words in report(found)


def more_memory(machine: Machine) -> Machine:
    memory = dataclasses.replace(machine.memory, installed_bytes=128 << 30)
    return dataclasses.replace(machine, memory=memory)


def other_processor(machine: Machine) -> Machine:
    return dataclasses.replace(machine, processor=Processor(name="Other", physical_cores=8))


def fewer_cards(machine: Machine) -> Machine:
    return dataclasses.replace(machine, gpus=machine.gpus[:1])


@pytest.mark.parametrize("change", [more_memory, other_processor, fewer_cards])
def test_another_machine_has_not_been_measured(change: Callable[[Machine], Machine]) -> None:
    write_measured(MACHINE, MEASURED)
    assert read_measured(change(MACHINE)) == (Measured(), HAS_CHANGED)


def test_what_is_in_use_does_not_matter() -> None:
    write_measured(MACHINE, MEASURED)
    memory = dataclasses.replace(MACHINE.memory, available_bytes=1)
    gpus = tuple(dataclasses.replace(gpu, free_bytes=1) for gpu in MACHINE.gpus)
    busy = dataclasses.replace(MACHINE, memory=memory, gpus=gpus)
    assert read_measured(busy) == (MEASURED, "")


def test_nothing_was_measured_yet() -> None:
    assert read_measured(MACHINE) == (Measured(), NOT_MEASURED)


@pytest.mark.parametrize("cut", range(8))
def test_a_damaged_file_is_a_sentence(cut: int) -> None:
    write_measured(MACHINE, MEASURED)
    path = measurements_file()
    content = json.loads(path.read_text(encoding="utf-8"))
    damaged = (
        "",
        "[]",
        "3",
        json.dumps(content)[:-5],
        json.dumps(content | {"measured": None}),
        json.dumps(content | {"measured": {}}),
        json.dumps(content | {"measured": content["measured"] | {"gpus": [1]}}),
        json.dumps(content | {"measured": content["measured"] | {"disks": {"/": None}}}),
    )
    path.write_text(damaged[cut], encoding="utf-8")
    measured, problem = read_measured(MACHINE)
    assert measured == Measured()
    assert problem == "The measured speeds cannot be read."


@pytest.mark.logs("cannot be kept")
def test_a_folder_that_cannot_be_written_is_a_warning(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "file"))
    write_measured(MACHINE, MEASURED)


def figures(machine: Machine) -> list[object]:
    """Return all figures that a user may overrule."""
    gpu, memory, processor = machine.gpus[0], machine.memory, machine.processor
    return [
        processor.physical_cores,
        memory.total_bytes,
        memory.available_bytes,
        memory.read_bytes_per_s,
        processor.int8_ops_per_s,
        processor.bf16_ops_per_s,
        gpu.memory_bytes,
        gpu.free_bytes,
        gpu.read_bytes_per_s,
        gpu.bf16_ops_per_s,
        gpu.to_card_bytes_per_s,
        gpu.from_card_bytes_per_s,
        machine.disks[0].read_bytes_per_s,
    ]


def test_each_setting_overrules_one_figure_and_is_named() -> None:
    found = with_measured(MACHINE, MEASURED, "")
    changed: set[int] = set()
    for name in describe(HardwareSettings):
        settings = HardwareSettings(**{name: 3})
        overruled = overrule(found, settings)
        assert overruled.overruled == (name,)
        pairs = zip(figures(found), figures(overruled), strict=True)
        (place,) = (at for at, (before, after) in enumerate(pairs) if before != after)
        assert figures(overruled)[place] in (3, 3 * 10**6, 3 * 10**9)
        assert type(figures(overruled)[place]) is type(figures(MACHINE)[place])
        changed.add(place)
        assert name in report(overruled)
    assert changed == set(range(len(figures(found))))


def test_nothing_is_overruled_by_default() -> None:
    assert overrule(MACHINE, HardwareSettings()) == MACHINE


def test_figures_of_a_card_are_nothing_without_one() -> None:
    bare = dataclasses.replace(MACHINE, gpus=())
    assert overrule(bare, HardwareSettings(card_memory_mb=3)) == bare
