# SPDX-License-Identifier: Apache-2.0
"""How prompts and answers share the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.engine import Engine
from ktdesk.runtime import batch
from ktdesk.runtime.request import Done, Event, Options, Request, Token
from ktdesk.runtime.step import PromptChunk
from tests.loaded import assert_nothing_left, loaded

GREEDY = Options(temperature=0.0, max_tokens=40)
LONG = Options(temperature=0.0, max_tokens=300)


def between_halves(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Do something after each half of a layer of a prompt."""
    whole = PromptChunk.__iter__

    def with_it(self: PromptChunk) -> Iterator[float]:
        for share in whole(self):
            do()
            yield share

    monkeypatch.setattr(PromptChunk, "__iter__", with_it)


def await_token(events: Iterator[Event]) -> None:
    while not isinstance(next(events), Token):
        pass


def test_a_prompt_does_not_hold_up_those_who_are_answered(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens come between the halves of its layers."""
    engine = loaded(llama)
    writing = engine.generate(Request(prompt="abc" * 30, options=LONG))
    await_token(writing)
    between_halves(monkeypatch, lambda: time.sleep(0.01))
    reading = engine.generate(Request(prompt="y" * 200, options=GREEDY))
    between, has_begun = 0, False
    assert engine._model
    sequences = engine._model.runner._sequences
    for event in reading:
        if isinstance(event, Token):
            break
        has_begun |= any(each.is_held for each in sequences._all)
        if has_begun:
            between = sum(len(m.events) for m in engine._model.runner._batch._running)
    assert between > 3
    for events in (reading, writing):
        events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert_nothing_left(engine)


def test_a_prompt_goes_on_soon_after_the_machine_slept(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For an hour, while the prompt was read: the other answer does not get one for itself."""
    now = 0

    def tick(seconds: int = 1) -> int:
        nonlocal now
        now += seconds
        return now

    def sleep() -> None:
        tick(3600)

    engine = loaded(llama)
    writing = engine.generate(Request(prompt="abc" * 30, options=LONG))
    await_token(writing)
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=tick))
    between_halves(monkeypatch, sleep)
    reading = engine.generate(Request(prompt="y" * 20, options=GREEDY))
    await_token(reading)
    assert not any(isinstance(event, Done) for event in running_events(engine))
    for events in (reading, writing):
        events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert_nothing_left(engine)


def running_events(engine: Engine) -> list[Event]:
    """Return the events that nobody has taken yet."""
    assert engine._model
    running = engine._model.runner._batch._running
    assert len(running) == 2, "both are answered"
    return [event for member in running for event in member.events]
