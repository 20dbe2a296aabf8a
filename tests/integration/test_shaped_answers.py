# SPDX-License-Identifier: Apache-2.0
"""Answers of the demo model under schemas and grammars: read by other programs than the one that
held it to them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import fastjsonschema
import pytest

from ktdesk.engine import Engine
from ktdesk.errors import RequestError
from ktdesk.library.demo import DemoModels
from ktdesk.runtime.request import Done, Failed, Message, Options, Request, Token

SCHEMAS: list[dict[str, Any]] = [
    {
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 20},
            "people": {"type": "integer", "minimum": 0, "maximum": 100_000_000},
            "is_capital": {"type": "boolean"},
        },
        "required": ["city", "people", "is_capital"],
        "additionalProperties": False,
    },
    {
        "type": "array",
        "items": {"enum": ["red", "green", "blue", "größer", "大"]},
        "minItems": 2,
        "maxItems": 5,
    },
    {
        "$defs": {"point": {"type": "array", "items": {"type": "integer"}, "maxItems": 3}},
        "anyOf": [{"$ref": "#/$defs/point"}, {"type": "null"}],
    },
    {
        "type": "object",
        "properties": {"day": {"type": "string", "pattern": "^20[0-9]{2}-[01][0-9]$"}},
        "required": ["day"],
        "additionalProperties": {"type": "boolean"},
        "maxProperties": 2,
    },
]
GRAMMARS = [
    (
        'start: NAME " is " /[1-9][0-9]?/ " years old" ("." | "!")\nNAME: "Anna" | "Zoë" | "Bo"',
        r"(Anna|Zoë|Bo) is [1-9][0-9]? years old[.!]",
    ),
    (
        'root ::= item (", " item){1,3}\nitem ::= [a-z]{2,6} "!"?',
        r"[a-z]{2,6}!?(, [a-z]{2,6}!?){1,3}",
    ),
]


@pytest.fixture(scope="module")
def engine(demo_models: DemoModels) -> Iterator[Engine]:
    engine = Engine()
    engine.load(demo_models.llama, context_tokens=512)
    yield engine
    engine.unload()


def answer(engine: Engine, seed: int, **shape: Any) -> tuple[str, Done]:
    options = Options(
        temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=seed, max_tokens=200, **shape
    )
    question = (Message("user", "Tell me something about a city."),)
    *events, last = engine.generate(Request(messages=question, options=options))
    assert isinstance(last, Done), last
    return "".join(e.text for e in events if isinstance(e, Token)), last


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.get("type", "any"))
@pytest.mark.parametrize("seed", range(4))
def test_json_fits_its_schema(engine: Engine, schema: dict[str, Any], seed: int) -> None:
    text, done = answer(engine, seed, json_schema=json.dumps(schema))
    assert done.reason == "end"
    fastjsonschema.compile(schema)(json.loads(text))


@pytest.mark.parametrize(("grammar", "pattern"), GRAMMARS)
@pytest.mark.parametrize("seed", range(4))
def test_a_text_fits_its_grammar(engine: Engine, grammar: str, pattern: str, seed: int) -> None:
    text, done = answer(engine, seed, grammar=grammar)
    assert done.reason == "end"
    assert re.fullmatch(pattern, text)


def test_an_object_without_a_schema(engine: Engine) -> None:
    text, done = answer(engine, 3, json=True)
    if done.reason == "end":
        assert isinstance(json.loads(text), dict)
    else:
        assert text.lstrip().startswith("{")


def test_a_wrong_schema_fails_before_anything_is_computed(engine: Engine) -> None:
    request = Request(prompt="x", options=Options(json_schema='{"type": "nix"}'))
    (event,) = engine.generate(request)
    assert isinstance(event, Failed)
    assert isinstance(event.error, RequestError)
    assert "Invalid type: nix" in str(event.error)
