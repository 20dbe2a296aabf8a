# SPDX-License-Identifier: Apache-2.0
"""How likely tokens are: as `transformers` computes it, whatever the options do to the choice."""

from __future__ import annotations

import pytest
import torch

from ktdesk.engine import Engine
from ktdesk.runtime.request import Chances, Done, Failed, Options, Request, Token
from tests.tiny import Tiny, tiny_deepseek

LIMIT = 2e-3  # logits reach 20 here, and agree to 1e-4 of the largest (test_logits.py)
PROMPT = "hello, how are you?"
CHANGED = Options(
    max_tokens=12, temperature=1.3, seed=3, logit_bias={70: 9.0}, presence_penalty=1.5, logprobs=4
)
GREEDY = Options(max_tokens=12, temperature=0, logprobs=4)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny_deepseek(tmp_path_factory.mktemp("chances") / "model.gguf")


@pytest.fixture(scope="module")
def engine(tiny: Tiny):
    engine = Engine(threads=1)
    engine.load(tiny.path, cache_type="f32")
    yield engine
    engine.unload()


def tokens(engine: Engine, options: Options) -> list[tuple[int, Chances | None]]:
    *events, last = engine.generate(Request(prompt=PROMPT, options=options))
    assert isinstance(last, Done), last
    return [(e.id, e.chances) for e in events if isinstance(e, Token) and e.id is not None]


@pytest.mark.parametrize("options", [GREEDY, CHANGED], ids=["greedy", "changed"])
def test_they_are_the_logarithms_of_the_references_softmax(
    engine: Engine, tiny: Tiny, options: Options
) -> None:
    answered = tokens(engine, options)
    model = engine._model
    assert model
    prompt = model.runner._tokenizer.encode(PROMPT)
    ids = [*prompt, *(token for token, _ in answered)]
    expected = torch.log_softmax(tiny.logits(ids).double(), -1)[len(prompt) - 1 :]
    for (token, chances), logs in zip(answered, expected, strict=False):
        assert chances
        assert chances.chosen.id == token
        for each in (chances.chosen, *chances.likeliest):
            assert each.logprob == pytest.approx(float(logs[each.id]), abs=LIMIT)
            assert each.text == model.runner._tokenizer.token_bytes(each.id)
        best = [each.logprob for each in chances.likeliest]
        assert best == sorted(best, reverse=True)
        assert best == pytest.approx(logs.topk(4).values.tolist(), abs=LIMIT)


def test_the_likeliest_is_what_is_chosen_at_temperature_0(engine: Engine) -> None:
    for token, chances in tokens(engine, GREEDY):
        assert chances
        assert chances.likeliest[0] == chances.chosen
        assert chances.chosen.id == token


def test_nobody_who_did_not_ask_gets_them(engine: Engine) -> None:
    answered = tokens(engine, Options(max_tokens=4, temperature=0))
    assert [chances for _, chances in answered] == [None] * len(answered)
    none = tokens(engine, Options(max_tokens=4, temperature=0, logprobs=0))
    assert all(chances and not chances.likeliest for _, chances in none)
    assert [t for t, _ in none] == [t for t, _ in answered]


@pytest.mark.parametrize("count", [-1, 101])
def test_too_many_of_them(engine: Engine, count: int) -> None:
    (event,) = engine.generate(Request(prompt="x", options=Options(logprobs=count)))
    assert isinstance(event, Failed)
    assert "logprobs" in str(event.error)


def test_the_end_says_which_stop_string_it_was(engine: Engine) -> None:
    whole = list(engine.generate(Request(prompt=PROMPT, options=GREEDY)))
    text = "".join(e.text for e in whole if isinstance(e, Token))
    stop = (text[4:6], "never written")
    options = Options(max_tokens=12, temperature=0, stop=stop)
    *_, last = engine.generate(Request(prompt=PROMPT, options=options))
    assert isinstance(last, Done)
    assert (last.reason, last.stop) == ("stop", text[4:6])


def test_tokens_are_counted_as_they_are_read(engine: Engine) -> None:
    request = Request(prompt=PROMPT, options=GREEDY)
    *_, last = engine.generate(request)
    assert isinstance(last, Done)
    assert engine.measure(request).tokens == last.stats.prompt_tokens
