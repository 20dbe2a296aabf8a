# SPDX-License-Identifier: Apache-2.0
"""The order in which questions are answered, one or several at a time, by one model or by two."""

from __future__ import annotations

import random

import pytest

from ktdesk.chats.line import Line, Step


def made(*items: str, places: int = 1) -> Line[str]:
    """Return a line of items whose first letter is the model that they need."""
    line = Line[str](lambda item: item[0], places)
    for item in items:
        line.join(item)
    return line


def answered(line: Line[str], loaded: str) -> tuple[str, list[str]]:
    """Return the order of answers, and the models that were loaded for them."""
    order, loads = list[str](), list[str]()
    while (step := line.step(loaded)) is not Step.NOTHING:
        if step is Step.LOAD:
            loaded = line.waiting[0][0]
            loads.append(loaded)
        else:
            item = line.begin()
            order.append(item)
            line.leave(item)
    return " ".join(order), loads


def test_questions_are_answered_in_the_order_of_asking() -> None:
    assert answered(made("a1", "a2", "a3"), "a") == ("a1 a2 a3", [])


def test_the_order_is_kept_between_models() -> None:
    assert answered(made("a1", "b1", "a2"), "a") == ("a1 b1 a2", ["b", "a"])


def test_one_who_waits_can_be_moved_and_then_spares_a_load() -> None:
    line = made("a1", "b1", "a2")
    line.move("a2", -1)
    assert answered(line, "a") == ("a1 a2 b1", ["b"])


@pytest.mark.parametrize(
    ("item", "by", "order"),
    [("a1", -1, "a1 a2 a3"), ("a3", 1, "a1 a2 a3"), ("a1", 1, "a2 a1 a3"), ("a3", -2, "a3 a1 a2")],
)
def test_nobody_moves_beyond_the_ends(item: str, by: int, order: str) -> None:
    line = made("a1", "a2", "a3")
    line.move(item, by)
    assert answered(line, "a")[0] == order


def test_places_are_counted_from_the_one_that_is_answered() -> None:
    line = made("a1", "a2", "a3")
    line.begin()
    assert [line.place_of(item) for item in ("a1", "a2", "a3")] == [0, 1, 2]
    assert line.step("a") is Step.NOTHING


def test_who_leaves_is_not_answered() -> None:
    line = made("a1", "a2", "a3")
    line.leave("a2")
    line.leave("a2")
    assert answered(line, "a")[0] == "a1 a3"


def test_several_places_are_for_one_model() -> None:
    line = made("a1", "a2", "b1", "a3", places=3)
    assert line.step("a") is Step.BEGIN
    line.begin()
    line.begin()
    assert line.step("a") is Step.NOTHING  # b1 is next, and must not wait for a3
    line.leave("a1")
    assert line.step("a") is Step.NOTHING
    line.leave("a2")
    assert line.step("a") is Step.LOAD


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_everybody_is_answered_once_or_leaves(seed: int) -> None:
    dice = random.Random(seed)
    line, here, done = made(places=dice.randint(1, 3)), set[str](), list[str]()
    loaded, gone = "a", set[str]()
    for number in range(200):
        item = f"{dice.choice('ab')}{number}"
        line.join(item)
        here.add(item)
        if line.waiting:
            line.move(dice.choice(line.waiting), dice.randint(-3, 3))
        if dice.random() < 0.2:
            gone.add(left := dice.choice([*line.waiting, *line.running]))
            line.leave(left)
        for _ in range(2):
            match line.step(loaded):
                case Step.LOAD:
                    assert not line.running
                    loaded = line.waiting[0][0]
                case Step.BEGIN:
                    done.append(begun := line.begin())
                    assert begun[0] == loaded
                case Step.NOTHING:
                    for each in list(line.running):
                        line.leave(each)
    while line.waiting:
        done.append(line.begin())
    assert len(done) == len(set(done))
    assert set(done) | gone == here
