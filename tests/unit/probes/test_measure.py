# SPDX-License-Identifier: Apache-2.0
"""The probes at small sizes: that they measure, can be stopped, and leave nothing behind."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from ktdesk._native import topology
from ktdesk.errors import Cancelled, DeviceError
from ktdesk.hardware import Disk, Gpu, Machine, Measured, Memory, Processor, System
from ktdesk.kernels.streams import open_stream
from ktdesk.probes import measure as module
from ktdesk.probes.disks import disk_bytes_per_s
from ktdesk.probes.measure import measure, thread_counts
from ktdesk.probes.products import bf16_ops_per_s, int8_ops_per_s
from ktdesk.probes.reading import MemoryProbe, node_bytes_per_s

MIB = 1 << 20
MACHINE = Machine(
    system=System(name="System"),
    processor=Processor(name="Processor", physical_cores=2),
    memory=Memory(total_bytes=1 << 34, available_bytes=8 * MIB),
)


def test_memory_is_read_by_any_number_of_threads() -> None:
    probe = MemoryProbe(2, MIB)
    assert probe.bytes_per_s(1) > 0
    assert probe.bytes_per_s(2) > 0


def test_a_node_is_read_by_its_own_cores() -> None:
    assert node_bytes_per_s(topology()[0], MIB) > 0


def test_products_have_a_rate_and_tiles_only_where_there_are() -> None:
    stream = open_stream(1, "scalar")
    assert int8_ops_per_s(stream, 1, size=256, tokens=16) > 0
    assert bf16_ops_per_s(stream, 1, size=256, tokens=16) == 0


def test_products_on_tiles() -> None:
    assert bf16_ops_per_s(open_stream(1, "amx_emulated"), 1, size=256, tokens=16) > 0


@pytest.mark.parametrize(
    ("cores", "counts"), [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_how_many_threads_read(cores: int, counts: list[int]) -> None:
    assert thread_counts(cores) == counts


@pytest.mark.skipif(sys.platform != "linux", reason="reads past the cache on Linux only")
def test_a_disk_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    """0 where the file system has no direct reading."""
    assert disk_bytes_per_s(tmp_path / "not there", own_bytes=4 * MIB) >= 0
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_has_no_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("ktdesk.probes.disks.tempfile.mkstemp", refuse)
    assert disk_bytes_per_s(tmp_path) == 0


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products that take no time."""
    monkeypatch.setattr(module, "int8_ops_per_s", lambda stream, threads: 3.0)
    monkeypatch.setattr(module, "bf16_ops_per_s", lambda stream, threads: 4.0)


@pytest.mark.usefixtures("quick")
def test_all_is_measured_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "disk_bytes_per_s", lambda folder, is_cancelled: 5.0)
    disks = (Disk(folder="/a", mount="/"), Disk(folder="/dev/shm", mount="/dev/shm", kind="memory"))
    said: list[tuple[str, float]] = []
    found = measure(
        dataclasses.replace(MACHINE, disks=disks),
        progress=lambda stage, fraction: said.append((stage, fraction)),
    )
    assert found.read_bytes_per_s.keys() == {1, 2}
    assert (found.int8_ops_per_s, found.bf16_ops_per_s) == (3.0, 4.0)
    assert found.disks == {"/": 5.0}
    assert found.measured_at
    fractions = [fraction for _, fraction in said]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.mark.usefixtures("quick")
def test_it_can_be_cancelled_between_two_probes() -> None:
    said: list[str] = []
    with pytest.raises(Cancelled):
        measure(
            MACHINE,
            progress=lambda stage, fraction: said.append(stage),
            is_cancelled=lambda: bool(said),
        )
    assert said == ["Reading memory"]


@pytest.mark.usefixtures("quick")
@pytest.mark.logs("Graphics card Card: It is gone.")
def test_a_card_that_fails_costs_no_other_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DeviceError("It is gone.")

    monkeypatch.setattr(module, "load_cuda", fail)
    card = Gpu(name="Card", memory_bytes=1, free_bytes=1, compute_capability=(8, 9))
    unusable = dataclasses.replace(card, problem="Too old.")
    found = measure(dataclasses.replace(MACHINE, gpus=(card, unusable)))
    assert (found.gpus, found.int8_ops_per_s) == ({}, 3.0)
    assert found != Measured()
