# SPDX-License-Identifier: Apache-2.0
"""Turns of the sides, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bench.comparison import compare
from tests.bench.programs import BenchError
from tests.bench.report import HEADER, KTDESK, Sample, line, make_rows
from tests.bench.shapes import SHAPES
from tests.bench.work import Work, bytes_per_token, operations_per_token

DECODE, PREFILL, SHAPE = Work(0, 64), Work(512, 0), SHAPES["v2-lite"]


class Bandwidth:
    """A probe that finds one GB/s more each time."""

    def __init__(self) -> None:
        self.last = 9.0

    def read_gb_per_s(self) -> float:
        self.last += 1
        return self.last


def side(name: str, order: list[str], *speeds: float) -> Callable[[Work], float]:
    """A side that does its runs with these speeds, and then fails."""
    left = list(speeds)

    def measure(work: Work) -> float:
        order.append(name)
        if not left:
            raise BenchError(f"{name} crashed.")
        return left.pop(0)

    return measure


def test_sides_take_turns_and_the_machine_is_probed_between() -> None:
    order: list[str] = []
    measures = {"a": side("a", order, 1, 2), "b": side("b", order, 3, 4)}
    samples = compare(DECODE, measures, 2, Bandwidth(), lambda text: None)
    assert order == ["a", "b", "a", "b"]
    assert samples == {
        "a": [Sample(1, 10.5), Sample(2, 12.5)],
        "b": [Sample(3, 11.5), Sample(4, 13.5)],
    }


def test_a_side_that_fails_is_left_out_and_the_others_go_on() -> None:
    order: list[str] = []
    said: list[str] = []
    measures = {"a": side("a", order, 1), "b": side("b", order, 3, 4, 5)}
    samples = compare(DECODE, measures, 3, None, said.append)
    assert order == ["a", "b", "a", "b", "b"]
    assert {name: len(taken) for name, taken in samples.items()} == {"b": 3}
    assert [text for text in said if "a crashed." in text]


def test_a_setting_that_is_clearly_slower_than_another_takes_two_turns() -> None:
    order: list[str] = []
    measures = {
        KTDESK: side(KTDESK, order, 1, 1, 1),
        "slow": side("slow", order, 4.4, 3),
        "best": side("best", order, 9, 5, 6),
        "near": side("near", order, 2, 4.6, 7),
    }
    samples = compare(DECODE, measures, 3, None, lambda text: None)
    assert [len(taken) for taken in samples.values()] == [3, 2, 3, 3]
    assert order[-3:] == [KTDESK, "best", "near"]


def test_the_ratio_is_to_the_better_setting_of_the_peer() -> None:
    sides = {
        KTDESK: [Sample(s, 20) for s in (30, 10, 20)],
        "repacked": [Sample(8, 20)],
        "as stored": [Sample(10, 20)],
    }
    rows = {row.side: row for row in make_rows(SHAPE, DECODE, sides, 900)}
    assert rows[KTDESK].ratio == 2
    assert (rows[KTDESK].low, rows[KTDESK].median, rows[KTDESK].high) == (10, 20, 30)
    assert rows["as stored"].ratio is None


def test_tokens_are_limited_by_memory_as_it_was_around_each_run() -> None:
    token_gb = bytes_per_token(SHAPE, 32) * 1e-9
    # 10, 40 and 50 % of what could be read each time
    samples = [Sample(share * limit / token_gb, limit) for share, limit in
               ((0.1, 40), (0.4, 10), (0.5, 20))]  # fmt: skip
    (row,) = make_rows(SHAPE, DECODE, {KTDESK: samples}, 0)
    assert row.share == pytest.approx(0.4)
    assert (row.limit, row.limit_unit) == (20, "GB/s")
    assert row.ratio is None


def test_prompts_are_limited_by_arithmetic() -> None:
    speed = 450e9 / operations_per_token(SHAPE)
    (row,) = make_rows(SHAPE, PREFILL, {KTDESK: [Sample(speed, 20)]}, 900)
    assert row.share == pytest.approx(0.5)
    assert (row.limit, row.limit_unit) == (900, "GOP/s")


@pytest.mark.parametrize("work", [DECODE, PREFILL], ids=lambda work: work.name)
def test_without_limits_there_is_no_share(work: Work) -> None:
    (row,) = make_rows(SHAPE, work, {KTDESK: [Sample(5, 0)]}, 0)
    assert row.share is None
    assert line(row).split() == ["v2-lite", work.name, "KTDesk", "5.00", "5.00", "5.00"]


def test_columns_stand_below_their_titles() -> None:
    row = make_rows(SHAPE, PREFILL, {KTDESK: [Sample(5, 0)], "other": [Sample(4, 0)]}, 900)[0]
    text = line(row)
    for title, value in (("work", "prefill-512"), ("side", "KTDesk")):
        assert text.index(value) == HEADER.index(title)
    for title, value in (("tokens/s", "5.00"), ("ratio", "1.25"), ("share", "0.7%")):
        assert text.index(value) + len(value) == HEADER.index(title) + len(title)
