# SPDX-License-Identifier: Apache-2.0
"""Several requests at a time: each gets the answer that it gets alone, bit for bit, whoever comes.

Prompts begin differently, so that none finds in the caches what another has read: what is brought
back was computed in other chunks than it would be now.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ktdesk.engine import Engine
from ktdesk.errors import KernelError, ModelFileError
from ktdesk.runtime import batch
from ktdesk.runtime.request import Done, Event, Failed, Options, Prefill, Request, Token
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.step import DecodeStep
from tests.loaded import assert_nothing_left, loaded
from tests.tiny import tiny_deepseek, tiny_llama
from tests.tiny.qwen3moe import tiny_qwen3moe

MODELS = {"llama": tiny_llama, "qwen3moe": tiny_qwen3moe, "deepseek2": tiny_deepseek}
GREEDY = Options(temperature=0.0, max_tokens=40)
LONG = Options(temperature=0.0, max_tokens=300)
DRAWN = Options(temperature=0.9, seed=3, max_tokens=30, repetition_penalty=1.1, logprobs=2)
REQUESTS = [
    Request(prompt="abc" * 30, options=GREEDY),
    Request(prompt="x", options=DRAWN),
    Request(prompt="once upon a time", options=dataclasses.replace(GREEDY, max_tokens=9)),
    Request(prompt="9876543210" * 9, options=dataclasses.replace(DRAWN, seed=4)),
    Request(prompt="the quick brown fox", options=dataclasses.replace(DRAWN, stop=("e",))),
    Request(prompt="Z" * 70, options=GREEDY),
    Request(prompt="42", options=dataclasses.replace(GREEDY, json=True, max_tokens=20)),
    Request(prompt="?!" * 25, options=dataclasses.replace(GREEDY, prompt_lookup="off")),
    Request(prompt="ninth in line", options=GREEDY),
    Request(prompt="-" * 40, options=DRAWN),
]


@pytest.fixture
def even_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step and every part of a prompt take as long: a busy machine changes no order."""
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=count(1.0).__next__))


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf").path


def alone(path: Path, **how: object) -> list[list[Event]]:
    """Return the answers of a model that has seen nothing else."""
    found: list[list[Event]] = []
    for request in REQUESTS:
        engine = loaded(path, **how)
        found.append(list(engine.generate(again(request))))
        engine.unload()
    return found


def again(request: Request) -> Request:
    return Request(prompt=request.prompt, options=request.options)


def said(events: list[Event]) -> tuple[list[Event], str, int]:
    """Return the tokens with their chances, why they ended, and how many there are."""
    last = events[-1]
    assert isinstance(last, Done), last
    tokens: list[Event] = [event for event in events if isinstance(event, Token)]
    return tokens, last.reason, last.stats.generated_tokens


def at_once(engine: Engine, requests: list[Request], *, heard: bool = False) -> list[list[Event]]:
    """Ask from a thread each; return the events of each. heard: not yielded, but for the last."""
    found: list[list[Event]] = [[] for _ in requests]

    def ask(number: int) -> None:
        hear = found[number].append if heard else None
        yielded = list(engine.generate(requests[number], hear=hear))
        assert not heard or [type(event) for event in yielded] == [Done]
        found[number] += yielded

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    return found


def test_each_answer_is_that_of_one_alone(model: Path) -> None:
    expected = alone(model)
    for heard in (False, True):
        engine = loaded(model, kept_bytes=0)
        answers = at_once(engine, list(map(again, REQUESTS)), heard=heard)
        for events, one in zip(answers, expected, strict=True):
            assert said(events) == said(one)
        assert_nothing_left(engine)


def test_a_listener_that_fails_ends_its_own_answer_alone(llama: Path) -> None:
    expected = said(list(loaded(llama).generate(again(REQUESTS[0]))))
    engine = loaded(llama, kept_bytes=0)

    def deaf(event: Event) -> None:
        raise ZeroDivisionError

    failing = engine.generate(Request(prompt="hello", options=LONG), hear=deaf)
    stays = engine.generate(again(REQUESTS[0]))
    got = [next(stays)]
    with pytest.raises(ZeroDivisionError):
        list(failing)
    got += stays
    assert said(got) == expected
    assert_nothing_left(engine)


def test_where_there_is_little_room_they_move_and_take_turns(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them need some 700 rows; there are 140, and none is kept free for whoever writes."""
    monkeypatch.setattr(batch, "_SPARE_TOKENS", 1)
    expected = alone(model, context_tokens=140)
    engine = loaded(model, context_tokens=140, kept_bytes=0)
    assert engine._model
    sequences, parked = engine._model.runner._sequences, list[int]()
    park = sequences.park
    monkeypatch.setattr(sequences, "park", lambda each: (parked.append(len(each)), park(each))[1])
    for events, one in zip(at_once(engine, list(map(again, REQUESTS))), expected, strict=True):
        assert said(events) == said(one)
    assert parked
    assert_nothing_left(engine)


def test_one_thread_may_take_events_of_several_in_any_order(llama: Path) -> None:
    expected = alone(llama)
    engine = loaded(llama, kept_bytes=0)
    answers = [engine.generate(again(request)) for request in REQUESTS]
    found: list[list[Event]] = [[] for _ in answers]
    for turn in range(400):
        for number, events in enumerate(answers):
            if (turn * 7 + number) % (number + 2) == 0:
                found[number] += [event for event in [next(events, None)] if event]
    for events, before in zip(answers, found, strict=True):
        before.extend(events)
    for events, one in zip(found, expected, strict=True):
        assert said(events) == said(one)
    assert_nothing_left(engine)


def test_they_share_steps(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    run = DecodeStep.run_parts

    def noted(self, parts, cancelled=None):
        sizes.append(len(parts))
        return run(self, parts, cancelled)

    monkeypatch.setattr(DecodeStep, "run_parts", noted)
    engine = loaded(llama, parallel=3)
    answers = [engine.generate(again(REQUESTS[0])) for _ in range(5)]
    for _ in zip(*answers, strict=False):
        pass
    assert max(sizes) == 3
    done = [list(events)[-1:] for events in answers]
    assert sizes.count(3) > 20
    assert all(isinstance(event, Done) for events in done for event in events)


@pytest.mark.usefixtures("even_time")
def test_who_goes_leaves_nothing_and_harms_nobody(llama: Path) -> None:
    expected = said(list(loaded(llama).generate(again(REQUESTS[0]))))
    engine = loaded(llama, kept_bytes=0)
    others = [Request(prompt=text, options=LONG) for text in ("one", "two" * 9, "hello", "abc" * 9)]
    answers = [engine.generate(request) for request in others]
    for events in answers:
        next(events)
    stays = engine.generate(again(REQUESTS[0]))
    got = [next(stays)]
    for number, (request, events) in enumerate(zip(others, answers, strict=True)):
        got.append(next(stays))
        if number % 2:
            engine.cancel(request.id)
        else:
            events.close()  # pyright: ignore[reportAttributeAccessIssue]
    got += stays
    assert said(got) == expected
    for number, events in enumerate(answers):
        last = list(events)[-1:]
        if number % 2:
            assert isinstance(last[0], Done)
            assert last[0].reason == "cancelled"
    assert_nothing_left(engine)


@pytest.mark.usefixtures("even_time")
def test_unloading_does_not_wait_for_who_takes_no_events(llama: Path) -> None:
    engine = loaded(llama, parallel=3)
    answers = [engine.generate(Request(prompt=text, options=LONG)) for text in ("a", "bb", "ccc")]
    for events in answers[:2]:
        next(events)
    engine.unload()
    for events in answers[:2]:
        *_, last = events
        assert isinstance(last, Done)
        assert last.reason == "cancelled"
    (last,) = answers[2]
    assert isinstance(last, Failed)


def broken_for(monkeypatch: pytest.MonkeyPatch, seed: int, error: Callable[[], Exception]) -> None:
    sample = Sampler.sample

    def broken(self, logits, context):
        if self._options.seed == seed and len(context) > 100:
            raise error()
        return sample(self, logits, context)

    monkeypatch.setattr(Sampler, "sample", broken)


@pytest.mark.parametrize("error", [KernelError, ZeroDivisionError])
def test_what_fails_ends_alone(
    llama: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    expected = alone(llama)
    engine = loaded(llama, kept_bytes=0)
    broken_for(monkeypatch, 4, lambda: error("private"))
    faults: list[Exception] = []

    def ask(number: int, found: list[Event]) -> None:
        try:
            found.extend(engine.generate(again(REQUESTS[number])))
        except ZeroDivisionError as fault:
            faults.append(fault)

    found: list[list[Event]] = [[] for _ in REQUESTS]
    threads = [threading.Thread(target=ask, args=(n, found[n])) for n in range(len(REQUESTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert bool(faults) == (error is ZeroDivisionError)
    assert isinstance(found[3][-1], Failed) == (error is KernelError)
    for number, (events, one) in enumerate(zip(found, expected, strict=True)):
        if number != 3:
            assert said(events) == said(one)
    assert_nothing_left(engine)


def test_a_file_that_goes_away_ends_all_of_them(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = loaded(llama)
    answers = [engine.generate(Request(prompt=text, options=LONG)) for text in ("a", "bb", "ccc")]
    for events in answers:
        while not isinstance(next(events), Token):
            pass

    def gone(self: DecodeStep, parts: object, cancelled: object = None) -> None:
        raise ModelFileError(llama, "It has gone.", hint="Fetch it again.")

    monkeypatch.setattr(DecodeStep, "run_parts", gone)
    for events in answers:
        *_, last = events
        assert isinstance(last, Failed)
    assert_nothing_left(engine)


def test_what_another_answer_has_read_is_not_read_again(llama: Path) -> None:
    engine = loaded(llama, kept_bytes=0)
    text = "instructions for everybody. " * 4
    first = engine.generate(Request(prompt=f"{text}one", options=GREEDY))
    while not isinstance(next(first), Token):
        pass
    second = list(engine.generate(Request(prompt=f"{text}two", options=GREEDY)))
    assert isinstance(done := second[-1], Done)
    assert done.stats.cached_tokens >= len(text)
    assert done.stats.together == 2
    assert all(isinstance(event, (Token, Done)) for event in first)


def test_threads_that_come_and_go_at_random(llama: Path) -> None:
    """Nobody is left waiting, and nothing stays taken."""
    engine = loaded(llama, context_tokens=160, parallel=3)

    def come(number: int) -> None:
        for turn in range(6):
            request = again(REQUESTS[(number + turn) % len(REQUESTS)])
            events = engine.generate(request)
            with suppress(StopIteration):
                for _ in range((number * 5 + turn * 11) % 45):
                    next(events)
            if turn % 3 == 0:
                engine.cancel(request.id)
            if turn % 3 == 1:
                events.close()  # pyright: ignore[reportAttributeAccessIssue]
            assert not any(isinstance(event, Failed) for event in events)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert_nothing_left(engine)


def test_prefill_counts_up_in_each(llama: Path) -> None:
    engine = loaded(llama)
    for events in at_once(engine, [again(request) for request in REQUESTS]):
        done = [event.done_tokens for event in events if isinstance(event, Prefill)]
        assert done == sorted(done)
        assert done[-1] == max(1, done[-1])


def test_a_request_that_waits_can_be_cancelled(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, sample = threading.Event(), Sampler.sample

    def held(*arguments: Any) -> int:
        assert go.wait(20)
        return sample(*arguments)

    monkeypatch.setattr(Sampler, "sample", held)  # who waits helps with what is before it
    engine = loaded(llama, parallel=1)
    running = engine.generate(Request(prompt="hello"))
    next(running)
    waiting = Request(prompt="hello")
    result: list[Event] = []
    thread = threading.Thread(target=lambda: result.extend(engine.generate(waiting)))
    thread.start()
    time.sleep(0.2)
    engine.cancel(waiting.id)
    go.set()
    thread.join(5)
    assert [type(e) for e in result] == [Done]
    running.close()  # pyright: ignore[reportAttributeAccessIssue]
    *_, last = engine.generate(Request(prompt="hello", options=GREEDY))
    assert isinstance(last, Done), last
    engine.unload()
