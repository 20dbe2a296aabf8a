# SPDX-License-Identifier: Apache-2.0
"""Requests cancelled while kernels work for them: all is left there, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from ktdesk.engine import Engine
from ktdesk.kernels import native
from ktdesk.kernels.streams import Stream
from ktdesk.runtime import loading
from ktdesk.runtime.request import Done, Event, Options, Prefill, Request, Token
from ktdesk.runtime.step import DecodeStep
from tests.gpu.under_test import gpu_device
from tests.loaded import loaded
from tests.tiny.qwen3moe import tiny_qwen3moe

ASKED = "once upon a time in a land far away " * 9


@pytest.fixture(autouse=True)
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "open_gpus", lambda cards, budget_bytes: {0: gpu_device()})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3moe(tmp_path_factory.mktemp("tiny") / "model.gguf").path


def asked(prompt: str = ASKED) -> Request:
    return Request(prompt=prompt, options=Options(temperature=0.0, max_tokens=12))


def answer(engine: Engine, request: Request) -> list[Event]:
    return list(engine.generate(request))


def tokens(events: list[Event]) -> list[int]:
    return [event.id for event in events if isinstance(event, Token) and event.id is not None]


def cancels_at(call: Callable[..., Any], number: int, cancel: Callable[[], None]) -> Any:
    """Return a call that cancels before it does its work for the n-th time."""
    calls = 0

    def watched(*args: Any, **how: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            cancel()
        return call(*args, **how)

    return watched


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("placement", ["cpu_only", "one_gpu"])
def test_a_prompt_is_left_in_the_middle_of_a_layer(
    model: Path, placement: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a GPU waits for the CPU's experts."""
    engine = loaded(model, placement=placement)
    expected = tokens(answer(engine, asked()))
    answer(engine, asked("something else"))
    engine.load(model, placement=placement)
    request = asked()
    with monkeypatch.context() as patched:
        watched = cancels_at(native.router, number, lambda: engine.cancel(request.id))
        patched.setattr(native, "router", watched)
        stopped = answer(engine, request)
    assert isinstance(stopped[-1], Done)
    assert (stopped[-1].reason, tokens(stopped)) == ("cancelled", [])
    again = answer(engine, asked())
    assert isinstance(again[-1], Done)
    assert again[-1].stats.cached_tokens == 0  # rows of a chunk that was left are worth nothing
    assert tokens(again) == expected


def test_what_was_left_does_not_reach_plain_torch(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel was to choose the experts that an operator of plain torch looks up."""
    placement = tmp_path / "mixed.yaml"
    placement.write_text(
        'rules:\n  - {match: "**.experts", use: experts.torch}\n  - {match: "**", use: "*.cpu"}\n'
    )
    engine, request, router = loaded(model, placement=str(placement)), asked(), native.router

    def left(
        stream: Stream, logits: Tensor, bias: Tensor | None, ids: Tensor, *rest: Any, **how: Any
    ) -> None:
        ids.fill_(1_000_000)  # as if that had been in memory
        engine.cancel(request.id)
        router(stream, logits, bias, ids, *rest, **how)
        assert ids[0, 0] == 1_000_000

    with monkeypatch.context() as patched:
        patched.setattr(native, "router", left)
        (stopped,) = [event for event in answer(engine, request) if not isinstance(event, Prefill)]
    assert isinstance(stopped, Done), stopped
    assert stopped.reason == "cancelled"


def test_a_step_is_left_and_its_token_is_not_kept(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = loaded(model)
    expected = tokens(answer(engine, asked()))
    request = asked("begins otherwise")
    run = DecodeStep.run_parts
    with monkeypatch.context() as patched:
        watched = cancels_at(run, 4, lambda: engine.cancel(request.id))
        patched.setattr(DecodeStep, "run_parts", watched)
        stopped = answer(engine, request)
    assert isinstance(stopped[-1], Done)
    assert stopped[-1].reason == "cancelled"
    assert 0 < len(tokens(stopped)) < 12
    assert tokens(answer(engine, asked())) == expected
    whole = tokens(answer(engine, asked("begins otherwise")))
    assert whole[: len(tokens(stopped))] == tokens(stopped)


def test_who_shares_a_step_is_not_left_with_another_one(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = loaded(model, parallel=2)
    expected = tokens(answer(engine, asked()))
    one, other = asked(), asked("another prompt that goes first")
    run = DecodeStep.run_parts

    def noted(self: DecodeStep, parts: Any, cancelled: Any = None) -> Any:
        if len(parts) == 2:
            engine.cancel(other.id)
        return run(self, parts, cancelled)

    with monkeypatch.context() as patched:
        patched.setattr(DecodeStep, "run_parts", noted)
        second = engine.generate(other)
        while not isinstance(next(second), Token):
            pass
        found = answer(engine, one)
        assert [event.reason for event in second if isinstance(event, Done)] == ["cancelled"]
    assert tokens(found) == expected
