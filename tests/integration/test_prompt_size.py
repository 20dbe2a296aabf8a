# SPDX-License-Identifier: Apache-2.0
"""How much of the context a request takes, told before it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.engine import Engine
from ktdesk.runtime.request import Done, Message, Options, Request
from tests.tiny import tiny_deepseek


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tiny_deepseek(tmp_path_factory.mktemp("size") / "model.gguf").path
    engine = Engine(threads=2)
    engine.load(path)
    yield engine
    engine.unload()


def ending(engine: Engine, request: Request) -> Done:
    *_, last = engine.generate(request)
    assert isinstance(last, Done), last
    return last


def test_a_request_is_measured_before_it_is_asked_and_while_another_is_answered(
    engine: Engine,
) -> None:
    request = Request(messages=(Message("user", "one two three"),), options=Options(max_tokens=4))
    size = engine.measure(request)
    done = ending(engine, request)
    assert (size.tokens, size.dropped_messages) == (done.stats.prompt_tokens, 0)
    assert size.context_tokens == done.stats.context_tokens
    events = engine.generate(request)
    next(events)
    assert engine.measure(request) == size  # waits for nobody
    assert engine.count_tokens("one two three") > 0
    events.close()


def test_what_does_not_fit_is_measured_as_it_would_be_cut(engine: Engine) -> None:
    turns = (Message("user", "word " * 60), Message("assistant", "yes " * 60)) * 3
    messages = (*turns, Message("user", "and now?"))
    whole = engine.measure(Request(messages=messages))
    assert not whole.fits
    shift = Request(messages=messages, options=Options(context_full="shift", max_tokens=1))
    cut = engine.measure(shift)
    done = ending(engine, shift)
    assert cut.fits
    assert (cut.tokens, cut.dropped_messages) == (
        done.stats.prompt_tokens,
        done.stats.dropped_messages,
    )
