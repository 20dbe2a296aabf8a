# SPDX-License-Identifier: Apache-2.0
"""Night hours, paces and waits: against plain definitions of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.library.downloads.night import Night
from ktdesk.library.downloads.retries import Retries
from ktdesk.library.downloads.speed import Pace

minutes = st.integers(0, 24 * 60 - 1)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@given(minutes, minutes, moments)
def test_it_is_night_within_so_many_minutes_after_it_began(begin, end, now) -> None:
    length = (end - begin) % (24 * 60) or 24 * 60
    since = (now.hour * 60 + now.minute - begin) % (24 * 60)
    assert Night(clock(begin), clock(end)).is_at(now) == (since < length)


@given(minutes, minutes, moments)
def test_the_next_night_is_the_first_one_to_come(begin, end, now) -> None:
    night = Night(clock(begin), clock(end))
    found = night.next_begin(now)
    assert timedelta(0) < found - now <= timedelta(days=1)
    assert found.time() == night.begin
    assert night.is_at(found)


@pytest.mark.parametrize(
    ("now", "is_night"), [("22:59", False), ("23:00", True), ("06:59", True), ("07:00", False)]
)
def test_a_night_over_midnight(now: str, is_night: bool) -> None:
    moment = datetime.combine(datetime(2026, 11, 29), time.fromisoformat(now))
    assert Night.read("23:00", "07:00").is_at(moment) is is_night


def test_a_pace_is_that_of_the_last_half_minute() -> None:
    pace = Pace()
    for second in range(101):
        pace.note(second, second * (10 if second < 50 else 1000))
    assert pace.bytes_per_s == 1000
    assert pace.remaining_s(5000) == 5


def test_a_pace_of_nothing_cannot_be_told() -> None:
    pace = Pace()
    assert pace.remaining_s(1) is None
    pace.note(0, 0)
    pace.note(1, 100)  # too soon
    assert pace.remaining_s(1) is None
    for second in range(2, 40):
        pace.note(second, 100)
    assert pace.remaining_s(1) is None  # nothing came for long


def test_what_a_repair_takes_back_begins_a_pace_anew() -> None:
    pace = Pace()
    for second, done in enumerate([0, 100, 200, 0, 10, 20, 30]):
        pace.note(second, done)
    assert pace.bytes_per_s == 10


def test_waits_do_not_grow_for_ever() -> None:
    retries, now_s = Retries(), 0.0
    for _ in range(1000):
        retries.put_off("a", now_s, is_short=False)
    assert not retries.is_due("a", now_s + 299)
    assert retries.is_due("a", now_s + 300)
