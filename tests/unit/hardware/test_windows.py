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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows answers")
def test_other_systems_are_not_asked() -> None:
    assert windows.ask_windows() == {}
