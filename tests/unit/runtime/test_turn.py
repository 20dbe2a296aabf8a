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


def test_an_error_gives_the_turn_back() -> None:
    turn = Turn()
    with pytest.raises(ValueError, match="x"), turn.taken():
        raise ValueError("x")
    with turn.taken():
        pass
