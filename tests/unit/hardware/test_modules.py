# SPDX-License-Identifier: Apache-2.0
"""Memory modules, from tables as boards' makers fill them, and from damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.hardware.modules import count_channels, parse_table, peak_bytes_per_s, read_modules
from tests.unit.hardware.machines import GIB, memory_device, table, write

DESKTOP = table(
    [
        memory_device(f"Controller{n // 2}-ChannelA-DIMM{n % 2}", f"BANK {n}", gib=48, rated=5600)
        for n in range(4)
    ]
)
NAMES = (  # slot, bank: of two modules, and how many channels they are on
    (("P1-DIMMA1", "P0_Node0_Channel0_Dimm0"), ("P1-DIMMB1", "P0_Node0_Channel1_Dimm0"), 2),
    (("DIMM_A2", "BANK 1"), ("DIMM_B2", "BANK 3"), 2),
    (("DIMM_A1", "BANK 0"), ("DIMM_A2", "BANK 1"), 1),
    (("DIMM 0", "P0 CHANNEL A"), ("DIMM 1", "P0 CHANNEL B"), 2),
    (("DIMM 0", "P0 CHANNEL A"), ("DIMM 0", "P1 CHANNEL A"), 2),
    (("first", ""), ("second", ""), 0),
)


def test_a_desktop_with_four_modules() -> None:
    """Two channels of 8 bytes, 4800 million times a second."""
    modules = parse_table(DESKTOP)
    assert [module.size_bytes for module in modules] == [48 * GIB] * 4
    assert {(each.kind, each.speed_mts, each.rated_mts) for each in modules} == {
        ("DDR5", 4800, 5600)
    }
    assert count_channels(modules) == 2
    assert peak_bytes_per_s(modules) == 2 * 8 * 4800e6


@pytest.mark.parametrize(("first", "second", "channels"), NAMES)
def test_makers_name_channels_in_many_ways(
    first: tuple[str, str], second: tuple[str, str], channels: int
) -> None:
    modules = parse_table(table([memory_device(*names, gib=16) for names in (first, second)]))
    assert count_channels(modules) == channels


def test_empty_slots_are_left_out() -> None:
    modules = parse_table(table([memory_device("A", "", gib=0), memory_device("B", "", gib=16)]))
    assert [(module.slot, module.size_bytes) for module in modules] == [("B", 16 * GIB)]
    assert count_channels(modules) == 1


def test_a_table_that_ends_too_soon_is_read_as_far_as_it_goes() -> None:
    for end in range(len(DESKTOP)):
        found = parse_table(DESKTOP[:end])
        assert found == parse_table(DESKTOP)[: len(found)]


@given(st.binary(max_size=400))
def test_garbage_does_no_harm(garbage: bytes) -> None:
    for module in parse_table(garbage):
        assert module.size_bytes > 0


@given(st.binary(min_size=4, max_size=120))
def test_garbage_of_the_right_kind_does_no_harm(garbage: bytes) -> None:
    parse_table(bytes((17, len(garbage) % 256)) + garbage + b"\0\0")


def test_a_missing_table_is_a_sentence(tmp_path: Path) -> None:
    assert read_modules(tmp_path) == ((), "The system does not describe its memory modules.")


def test_a_forbidden_table_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> bytes:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    modules, problem = read_modules(tmp_path)
    assert modules == ()
    assert problem.startswith("Only the administrator may read ")


def test_the_table_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"sys/firmware/dmi/tables/DMI": DESKTOP})
    assert len(read_modules(tmp_path)[0]) == 4
