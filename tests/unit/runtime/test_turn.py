# SPDX-License-Identifier: Apache-2.0
"""The turn goes to who came first, and who gives up leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from ktdesk.errors import Cancelled
from ktdesk.runtime.turn import Turn


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_one_who_comes_again_and_again_does_not_pass_those_who_wait() -> None:
    turn, order = Turn(), list[str]()
    is_waiting = threading.Event()

    def other() -> None:
        is_waiting.set()
        with turn.taken():
            order.append("other")

    with turn.taken():
        thread = threading.Thread(target=other)
        thread.start()
        assert is_waiting.wait(20)
        wait_until(lambda: len(turn._line) == 2)
    for _ in range(3):
        with turn.taken():
            order.append("greedy")
    thread.join()
    assert order == ["other", "greedy", "greedy", "greedy"]


def test_one_who_is_cancelled_leaves_the_line() -> None:
    turn = Turn()
    with turn.taken():
        caught = list[bool]()

        def other() -> None:
            with pytest.raises(Cancelled), turn.taken(lambda: True):
                caught.append(False)
            caught.append(True)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert caught == [True]
    with turn.taken(lambda: True):  # nobody is before it
        pass


def test_those_who_share_have_it_together() -> None:
    turn = Turn()
    first, second = (turn.take(is_shared=True) for _ in range(2))
    alone = threading.Thread(target=lambda: turn.give_back(turn.take()))
    alone.start()
    late_has_it = threading.Event()

    def come_late() -> None:
        turn.give_back(turn.take(is_shared=True))
        late_has_it.set()

    while len(turn._line) < 3:
        time.sleep(0.001)
    late = threading.Thread(target=come_late)
    late.start()
    turn.give_back(first)
    turn.give_back(first)  # once more does nothing
    assert not late_has_it.wait(0.1)  # one who came before wants it alone
    turn.give_back(second)
    alone.join(10)
    late.join(10)
    assert late_has_it.is_set()
    assert not turn._line


def test_an_error_gives_the_turn_back() -> None:
    turn = Turn()
    with pytest.raises(ValueError, match="x"), turn.taken():
        raise ValueError("x")
    with turn.taken():
        pass
