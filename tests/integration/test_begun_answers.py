# SPDX-License-Identifier: Apache-2.0
"""Answers that were stopped, and go on."""

from __future__ import annotations

from collections.abc import Iterator

import jinja2
import pytest

from ktdesk.engine import Engine
from ktdesk.runtime.request import Done, Failed, Message, Options, Request, Token
from tests.tiny import tiny_deepseek
from tests.tiny.shared import CHAT_TEMPLATE

GREEDY = Options(temperature=0.0, max_tokens=12)
HELLO = (Message("user", "hello"),)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(threads=2)
    engine.load(tiny_deepseek(tmp_path_factory.mktemp("engine") / "model.gguf").path)
    yield engine
    engine.unload()


def answer(engine: Engine, request: Request) -> tuple[str, Done]:
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return "".join(e.text for e in events if isinstance(e, Token)), last


def test_an_answer_that_was_stopped_goes_on_as_the_same_text_would(engine: Engine) -> None:
    whole, _ = answer(engine, Request(messages=HELLO, options=GREEDY))
    half = whole[: len(whole) // 2]
    rest, done = answer(
        engine, Request(messages=HELLO, options=GREEDY, begun=Message("assistant", half))
    )
    values = {"messages": [{"role": "user", "content": "hello"}], "add_generation_prompt": True}
    raw = jinja2.Template(CHAT_TEMPLATE).render(bos_token="", eos_token="", **values) + half
    expected, same = answer(engine, Request(prompt=raw, options=GREEDY))
    assert rest == expected != ""
    assert done.stats.prompt_tokens == same.stats.prompt_tokens


@pytest.mark.parametrize("shape", [{"json": True}, {"grammar": 'start: "a"'}])
def test_an_answer_that_has_begun_takes_no_shape(engine: Engine, shape: dict[str, object]) -> None:
    request = Request(messages=HELLO, options=Options(**shape), begun=Message("assistant", "One"))
    *_, last = engine.generate(request)
    assert isinstance(last, Failed)
    assert next(iter(shape)) in str(last.error)
    assert last.error.hint
