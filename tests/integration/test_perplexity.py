# SPDX-License-Identifier: Apache-2.0
"""The losses of a text's tokens: those of `transformers`, by chunks and by steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ktdesk.engine import Engine
from ktdesk.errors import RequestError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.runtime.perplexity import Perplexity
from ktdesk.runtime.request import Done, Options, Request, Token
from ktdesk.text.tokenizer import Tokenizer
from tests.tiny import Tiny, tiny_qwen3moe

TEXT = "The river has two voices. In spring it speaks loudly, in summer it whispers. " * 3
WINDOW = 64  # all of the context


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny_qwen3moe(tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(threads=2)
    yield engine
    engine.unload()


def load(engine: Engine, path: Path, deferred: int = 0) -> Engine:
    engine.load(path, context_tokens=WINDOW, cache_type="f32", deferred_experts=deferred)
    return engine


def losses(engine: Engine, *, by_steps: bool = False) -> list[float]:
    """Return all losses; what is said of progress must be true."""
    values: list[float] = []
    total = 0
    for some in engine.text_losses(TEXT, by_steps=by_steps):
        values += some.values
        total = some.total_tokens
        assert some.done_tokens == len(values)
    assert len(values) == total
    return values


@pytest.mark.parametrize("by_steps", [False, True])
def test_losses_are_those_of_transformers(tiny: Tiny, engine: Engine, by_steps: bool) -> None:
    checkpoint = Checkpoint.open(tiny.path)
    tokenizer = Tokenizer.from_metadata(checkpoint.path, checkpoint.metadata)
    tokens = tokenizer.encode(TEXT)
    expected: list[float] = []
    for start in range(0, len(tokens) - WINDOW + 1, WINDOW):
        window = tokens[start : start + WINDOW]
        if tokenizer.adds_bos and tokenizer.bos_id is not None:
            window[0] = tokenizer.bos_id
        logits = tiny.logits(window).double().log_softmax(-1)
        expected += [-float(logits[i, window[i + 1]]) for i in range(WINDOW // 2, WINDOW - 1)]
    found = losses(load(engine, tiny.path), by_steps=by_steps)
    assert len(found) == len(expected) > WINDOW
    # Tiles and int8 activations round to eight bits.
    assert Perplexity(tuple(found)).value == pytest.approx(
        Perplexity(tuple(expected)).value, rel=0.02
    )


def test_deferral_shows_by_steps_only(tiny: Tiny, engine: Engine) -> None:
    load(engine, tiny.path)
    chunks, steps = losses(engine), losses(engine, by_steps=True)
    load(engine, tiny.path, deferred=2)
    assert losses(engine) == chunks
    assert torch.tensor(losses(engine, by_steps=True)).sub(torch.tensor(steps)).abs().max() > 0.05


def test_an_answer_after_it_is_the_same(tiny: Tiny, engine: Engine) -> None:
    load(engine, tiny.path)
    request = Request(prompt="The river", options=Options(temperature=0, max_tokens=8))

    def answer() -> list[int | None]:
        *events, done = engine.generate(request)
        assert isinstance(done, Done), done
        return [event.id for event in events if isinstance(event, Token)]

    before = answer()
    losses(engine)
    assert answer() == before


def test_a_text_that_is_too_short(tiny: Tiny, engine: Engine) -> None:
    load(engine, tiny.path)
    with pytest.raises(RequestError, match=f"{WINDOW} are needed at least") as caught:
        next(engine.text_losses("Short."))
    assert caught.value.hint
