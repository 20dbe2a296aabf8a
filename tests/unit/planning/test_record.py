# SPDX-License-Identifier: Apache-2.0
"""Predicted and measured speeds: how they are kept, and how they correct what comes next."""

from __future__ import annotations

import dataclasses
import json
import os
import sys

import pytest

from ktdesk import whole_file
from ktdesk.planning.record import (
    Outcome,
    correction,
    keep_outcomes,
    outcomes_path,
    read_outcomes,
)

KEPT = Outcome("here", "small", "one_gpu", "decode", 10.0, 5.0, "2026-11-29 12:00:00+00:00")


def outcome(measured: float, **other: object) -> Outcome:
    return dataclasses.replace(KEPT, measured=measured, **other)


def factor(*outcomes: Outcome) -> float:
    return correction(outcomes, machine="here", model="small", work="decode")


def test_nothing_is_corrected_where_nothing_is_known() -> None:
    assert factor() == 1.0
    assert factor(outcome(5, machine="there"), outcome(5, work="prefill")) == 1.0


def test_ratios_are_averaged_as_ratios() -> None:
    assert factor(outcome(5)) == pytest.approx(0.5)
    assert factor(outcome(5), outcome(20)) == pytest.approx(1.0)  # half and twice


def test_the_same_model_counts_more_than_all_others() -> None:
    others = [outcome(40, model="large"), outcome(80, model="huge")]
    assert factor(*others) == pytest.approx(32**0.5)  # of 4 and 8
    assert factor(*others, outcome(5), *others) == pytest.approx(0.5)


def test_only_the_last_five_count() -> None:
    assert factor(outcome(1000), *[outcome(5)] * 5) == pytest.approx(0.5)


@pytest.mark.parametrize(("predicted", "measured"), [(0.0, 5.0), (-1.0, 5.0), (10.0, 0.0)])
def test_speeds_that_are_none_do_not_count(predicted: float, measured: float) -> None:
    assert factor(outcome(measured, predicted=predicted)) == 1.0


def test_what_is_kept_is_read_again() -> None:
    assert read_outcomes() == []
    keep_outcomes([KEPT, outcome(6)])
    keep_outcomes([outcome(7)])
    assert read_outcomes() == [KEPT, outcome(6), outcome(7)]


def test_the_oldest_go() -> None:
    keep_outcomes(outcome(number) for number in range(600))
    assert [o.measured for o in read_outcomes()] == list(range(100, 600))


@pytest.mark.logs("cannot be read")
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "7",
        "[7]",
        "{}x",
        '["text"]',
        "[{}]",
        '{"machine": 1}',
        json.dumps([dataclasses.asdict(KEPT) | {"measured": "fast"}]),
        json.dumps([dataclasses.asdict(KEPT) | {"predicted": float("inf")}]),
        json.dumps([dataclasses.asdict(KEPT) | {"measured": float("nan")}]),
        "\0\xff",
    ],
)
def test_a_damaged_file_counts_as_none_and_is_replaced(text: str) -> None:
    outcomes_path().parent.mkdir(parents=True, exist_ok=True)
    outcomes_path().write_text(text, encoding="latin-1")
    assert read_outcomes() == []
    keep_outcomes([KEPT])
    assert read_outcomes() == [KEPT]


def test_entries_of_later_versions_may_say_more() -> None:
    outcomes_path().parent.mkdir(parents=True, exist_ok=True)
    outcomes_path().write_text(json.dumps([dataclasses.asdict(KEPT) | {"tokens": 512}]))
    assert read_outcomes() == [KEPT]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such device")
def test_a_full_disk_leaves_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_outcomes([KEPT])
    monkeypatch.setattr(
        whole_file.tempfile,
        "mkstemp",
        lambda **_: (os.open("/dev/full", os.O_WRONLY), "/nowhere/at/all"),
    )
    with pytest.raises(OSError, match="No space left"):
        keep_outcomes([outcome(6)])
    assert read_outcomes() == [KEPT]
