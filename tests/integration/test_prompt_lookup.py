# SPDX-License-Identifier: Apache-2.0
"""Prompt lookup changes no answer: the same tokens, whether chosen or drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ktdesk.devices.cpu import CpuDevice
from ktdesk.engine import Engine
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.kernels.cache_types import CacheType
from ktdesk.library.demo import DemoModels
from ktdesk.models.build import build_model, make_plan
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.prompt_lookup import Guess, Guesser, History
from ktdesk.runtime.request import Done, Options, Request, Token
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.step import DecodeStep, prefill
from ktdesk.text.messages import Message
from tests.integration.test_logits import MODELS as ALL_MODELS
from tests.logits import whole
from tests.tiny import Tiny, tiny_deepseek, tiny_llama
from tests.tiny.qwen3moe import tiny_qwen3moe

MODELS: dict[str, Callable[[Path], Tiny]] = {
    "llama": tiny_llama,
    "qwen3moe": tiny_qwen3moe,
    "deepseek2": tiny_deepseek,
}
COPY = (Message("user", "Repeat: the quick brown fox jumps over the lazy dog, twice."),)


@pytest.fixture(scope="module", params=[*MODELS, "demo"])
def model(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_models: DemoModels,
) -> Path:
    if request.param == "demo":
        return demo_models.deepseek2
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf").path


@pytest.fixture(params=[*ALL_MODELS, "demo"])
def any_model(request: pytest.FixtureRequest, tmp_path: Path, demo_models: DemoModels) -> Path:
    if request.param == "demo":
        return demo_models.deepseek2
    return ALL_MODELS[request.param](tmp_path / "model.gguf").path


def test_steps_of_several_tokens_are_those_of_single_ones(any_model: Path) -> None:
    """Logits and cache rows, bit for bit."""
    device, tokens, start = CpuDevice(2), [5, 9, 9, 200, 7, 5, 31, 12], 40
    seen = []
    for size in range(1, STEP_TOKENS + 1):
        parts = Resources(Checkpoint.open(any_model), device, 64, CacheType.F16)
        decoder = build_model(parts, make_plan(parts, Placement.load("cpu_only")), lambda _: None)
        for cache in parts.caches:
            cache.rows.zero_()
        prefill(decoder, list(range(3, 3 + start)), 0)
        step = DecodeStep(decoder)
        parts_of = [tokens[i : i + size] for i in range(0, len(tokens), size)]
        steps = [whole(step.run(some, start + i * size)) for i, some in enumerate(parts_of)]
        seen.append([torch.cat(steps), *(cache.rows for cache in parts.caches)])
    for other in seen[1:]:
        for first, second in zip(seen[0], other, strict=True):
            assert torch.equal(first.view(torch.uint8), second.view(torch.uint8))


def always(guesser: Guesser, history: History, most: int) -> Guess:
    """Guess whether it pays or not: the last tokens again, where nothing was found."""
    most = max(0, min(most, STEP_TOKENS - 1))
    found = history.guess(most)
    return found if found.tokens else Guess(tuple(history._tokens[:most].tolist()), 2)


@pytest.mark.parametrize(
    "options",
    [
        Options(temperature=0.0, max_tokens=60),
        Options(temperature=0.8, seed=5, max_tokens=60, repetition_penalty=1.1),
        Options(temperature=0.0, max_tokens=60, stop=("fox",)),
    ],
    ids=["greedy", "drawn", "stopped"],
)
def test_the_answer_is_the_same(
    model: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guesser, "choose", always)
    engine = Engine(threads=2)
    engine.load(model, context_tokens=200)

    def answer(lookup: str) -> tuple[list[int | None], Done]:
        how = dataclasses.replace(options, prompt_lookup=lookup)  # type: ignore[arg-type]
        *events, last = engine.generate(Request(messages=COPY, options=how))
        assert isinstance(last, Done), last
        return [e.id for e in events if isinstance(e, Token)], last

    answer("off")  # from now on all of the prompt but its last token stands in the cache
    plain, without = answer("off")
    guessed, with_guesses = answer("auto")
    assert guessed == plain
    assert with_guesses.reason == without.reason
    assert without.stats.guessed_tokens == 0
    # What was guessed wrong has left nothing in the cache: the next turn is the same, too.
    assert answer("off")[0] == plain


def test_guesses_end_with_the_context(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guesser, "choose", always)
    engine = Engine(threads=2)
    engine.load(model, context_tokens=96)
    *_, done = engine.generate(Request(messages=COPY[:1], options=Options(temperature=3.0, seed=1)))
    assert isinstance(done, Done), done
    assert done.stats.context_used <= 96


def test_each_token_is_given_before_the_next_is_chosen(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guesser, "choose", always)
    chosen, sample = 0, Sampler.sample

    def counted(*arguments: Any) -> int:
        nonlocal chosen
        chosen += 1
        return sample(*arguments)

    monkeypatch.setattr(Sampler, "sample", counted)
    engine = Engine(threads=2)
    engine.load(model, context_tokens=200)
    given = 0
    how = Options(temperature=0.0, max_tokens=100)
    for event in engine.generate(Request(messages=COPY, options=how)):
        if isinstance(event, Token) and event.id is not None:
            given += 1
            assert chosen == given
        if isinstance(event, Done):
            assert event.stats.guessed_tokens > 0
    assert given
