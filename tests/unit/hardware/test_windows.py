# SPDX-License-Identifier: Apache-2.0
"""Windows's answers: of other shapes than expected, and none at all."""

from __future__ import annotations

import sys

import pytest

from ktdesk.hardware import windows

SHAPES = ({}, {"modules": None}, {"modules": [None, 3, {}]}, {"modules": {}, "processors": "x"})


@pytest.mark.parametrize("text", ["", "null", "[1]", '{"a":', "\ufeff"])
def test_what_is_no_object_is_no_answer(text: str) -> None:
    assert windows.parse_answers(text) == {}


def test_a_mark_of_the_byte_order_is_no_part_of_the_answers() -> None:
    assert windows.parse_answers('\ufeff{"scheme": "x"}') == {"scheme": "x"}


@pytest.mark.parametrize("answers", [*SHAPES, {"computer": 3, "disks": [{"Letter": "C"}]}])
def test_answers_of_any_shape_do_no_harm(answers: dict[str, object]) -> None:
    assert windows.windows_modules(answers) == ()
    assert windows.windows_caches(answers) == ()
    assert windows.windows_computer(answers) == ""
    assert windows.windows_disk_kinds(answers) == {}
    assert not windows.windows_has_battery(answers)


def test_kinds_of_disks() -> None:
    disks = [
        {"Letter": "C", "Kind": "SSD"},
        {"Letter": "d", "Kind": "HDD"},
        {"Letter": "E", "Kind": "Unspecified"},
    ]
    assert windows.windows_disk_kinds({"disks": disks}) == {"C": "ssd", "D": "hdd"}


def core(core_class: int, *masks: int, kind: int = 0) -> bytes:
    """Return what Windows says of a core, with a mask of its threads for each group."""
    groups = b"".join(
        mask.to_bytes(8, "little") + group.to_bytes(2, "little") + bytes(6)
        for group, mask in enumerate(masks)
    )
    head = kind.to_bytes(4, "little") + (32 + len(groups)).to_bytes(4, "little")
    body = bytes((1, core_class)) + bytes(20) + len(masks).to_bytes(2, "little")
    return head + body + groups


@pytest.mark.parametrize(
    ("records", "slow"),
    [
        # An i9-13900 has 8 fast cores of two threads and 16 efficient ones, of a lower class.
        (
            [core(1, 3 << 2 * i) for i in range(8)] + [core(0, 1 << 16 + i) for i in range(16)],
            set(range(16, 32)),
        ),
        ([core(0, 3 << 2 * i) for i in range(16)], set()),  # a Ryzen: all of one class
        ([core(1, 1), core(0, 0, 2), core(9, 8, kind=3)], {64 + 1}),  # in the second group
    ],
)
def test_efficient_cores_are_those_of_a_lower_class(records: list[bytes], slow: set[int]) -> None:
    assert windows.windows_slow_threads({"cores": b"".join(records)}) == slow


@pytest.mark.parametrize(
    "records", [b"", bytes(31), bytes(64), b"\xff" * 200, core(1, 3)[:-1], None, "text", 3]
)
def test_records_of_cores_that_are_cut_or_wrong_do_no_harm(records: object) -> None:
    assert windows.windows_slow_threads({"cores": records}) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows answers")
def test_other_systems_are_not_asked() -> None:
    assert windows.ask_windows() == {}
