# SPDX-License-Identifier: Apache-2.0
"""Which back end is chosen for hand-offs, and how that is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.devices.handoff import Measured, choose_backend
from ktdesk.errors import DeviceError


class Calibration:
    """Pretends to measure, and counts how often."""

    def __init__(self, *measured: Measured) -> None:
        self.measured, self.runs = list(measured), 0

    def __call__(self) -> list[Measured]:
        self.runs += 1
        return self.measured


HOST, FLAG = ("host_node", 40.0, ""), ("flag_kernel", 14.0, "")
WRONG = ("mem_op", 0.0, "its results are wrong")


def test_the_fastest_that_passes_is_chosen(tmp_path: Path) -> None:
    calibration = Calibration(HOST, FLAG, WRONG)
    assert choose_backend("4090", "580", calibration, tmp_path / "handoff.json") == "flag_kernel"


def test_a_choice_is_remembered_by_card_and_driver(tmp_path: Path) -> None:
    path, calibration = tmp_path / "new" / "handoff.json", Calibration(HOST, FLAG)
    for card, driver, runs in [
        ("4090", "580", 1),
        ("4090", "580", 1),
        ("4090", "581", 2),
        ("3090", "580", 3),
        ("4090", "580", 3),
    ]:
        assert choose_backend(card, driver, calibration, path) == "flag_kernel"
        assert calibration.runs == runs


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"version": 0, "backends": {"4090, driver 580": "mem_op"}}',
        '{"version": 1, "backends": {"4090, driver 580": "pigeon"}}',
        '{"version": 1, "backends": {"4090, driver 580": ["mem_op"]}}',
        '{"version": 1, "backends": 3}',
    ],
)
def test_a_file_of_no_use_is_replaced(tmp_path: Path, content: str) -> None:
    path, calibration = tmp_path / "handoff.json", Calibration(HOST)
    path.write_text(content)
    assert [choose_backend("4090", "580", calibration, path) for _ in range(2)] == ["host_node"] * 2
    assert calibration.runs == 1


@pytest.mark.logs("could not be written")
def test_where_nothing_can_be_written_it_is_measured_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    calibration = Calibration(HOST)
    for runs in (1, 2):
        assert choose_backend("4090", "580", calibration, tmp_path / "file" / "x") == "host_node"
        assert calibration.runs == runs


def test_if_none_passes_the_reasons_are_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"4090 .*mem_op: its results are wrong") as raised:
        choose_backend("4090", "580", Calibration(WRONG), tmp_path / "handoff.json")
    assert "driver" in raised.value.hint
