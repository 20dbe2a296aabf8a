# SPDX-License-Identifier: Apache-2.0
"""Grammars and schemas: what may come next, when an answer is complete, what errors say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers.pre_tokenizers import ByteLevel

from ktdesk.errors import RequestError
from ktdesk.runtime.grammar import Constraint, Grammars
from ktdesk.runtime.request import Options
from ktdesk.runtime.vocabulary import Vocabulary
from ktdesk.text.tokenizer import Tokenizer
from tests.logits import at_hand

WORDS = ["hel", "help", "true", '{"', '":']
END, TURN = "<|im_end|>", "<|im_start|>"


def tokenizer(*, has_end: bool = True) -> Tokenizer:
    """A token for each byte, some longer ones, and those that mark something."""
    marks = ["<think>", "</think>", *([END, TURN] if has_end else [TURN, "<|other|>"])]
    tokens = [*sorted(ByteLevel.alphabet()), *WORDS, *marks]
    keys: dict[str, Any] = {"model": "gpt2", "pre": "gpt-2", "tokens": tokens, "merges": []}
    keys["token_type"] = [1] * (len(tokens) - 4) + [4, 4, 3, 3]
    metadata = {f"tokenizer.ggml.{k}": v for k, v in keys.items()}
    return Tokenizer.from_metadata(Path("m.gguf"), metadata)


TOKENIZER = tokenizer()
IDS = {TOKENIZER.token_text(i): i for i in range(TOKENIZER.vocabulary_size)}
GRAMMARS = Grammars(TOKENIZER)


def constraint(**options: Any) -> Constraint:
    made = GRAMMARS.constraint(Options(**options))
    assert made is not None
    return made


def allowed(constraint: Constraint) -> set[str]:
    return {TOKENIZER.token_text(int(i)) for i in constraint.allowed()}


def follow(constraint: Constraint, text: str) -> bool:
    """Go on with the bytes of a text; return whether all were allowed."""
    for byte in text.encode():
        token = next(i for i in range(256) if TOKENIZER.token_bytes(i) == bytes([byte]))
        if token not in constraint.allowed():
            return False
        constraint.accept(token)
    return True


def refused(**options: Any) -> str:
    with pytest.raises(RequestError) as caught:
        constraint(**options)
    assert caught.value.hint
    assert len(str(caught.value)) < 700
    return str(caught.value)


def test_without_a_shape_there_is_no_constraint() -> None:
    assert GRAMMARS.constraint(Options()) is None


@pytest.mark.parametrize(
    "grammar", ['start: "hello" | "help" "!"', 'root ::= "hello" | "help" "!"']
)
def test_tokens_that_fit_are_allowed_and_no_others(grammar: str) -> None:
    answer = constraint(grammar=grammar)
    assert allowed(answer) == {"h", "hel", "help"}
    answer.accept(IDS["help"])
    assert allowed(answer) == {"!"}
    assert not answer.is_complete
    answer.accept(IDS["!"])
    assert answer.is_complete
    assert allowed(answer) == {END}


def test_the_end_is_allowed_where_the_grammar_may_end() -> None:
    answer = constraint(grammar="start: /a+/")
    assert allowed(answer) == {"a"}
    answer.accept(IDS["a"])
    assert allowed(answer) == {"a", END}
    assert not answer.is_complete


def test_a_vocabulary_without_an_end_is_complete_all_the_same() -> None:
    grammars = Grammars(tokenizer(has_end=False))
    answer = grammars.constraint(Options(grammar='start: "a"'))
    assert answer is not None
    assert answer.allowed().tolist() == [IDS["a"]]
    answer.accept(IDS["a"])
    assert answer.is_complete


def test_a_vocabulary_that_begins_texts_with_a_space(monkeypatch: pytest.MonkeyPatch) -> None:
    spaced = tokenizer()
    plain = spaced.encode
    monkeypatch.setattr(spaced, "encode", lambda text: plain(f" {text}"))
    answer = Grammars(spaced).constraint(Options(grammar='start: "helped" | "helpful"'))
    assert answer is not None
    said: list[int] = []
    while not answer.is_complete:
        said.append(int(answer.allowed()[-1]))
        answer.accept(said[-1])
    assert TOKENIZER.decode(said) in ("helped", "helpful")


SCHEMA = {
    "type": "object",
    "properties": {"name": {"enum": ["a", "ü"]}, "n": {"type": "integer", "minimum": 3}},
    "required": ["name", "n"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('{"name": "a", "n": 3}', True),
        ('{"name":"ü","n":17}', True),
        ('{\n  "name": "a",\n  "n": 4\n}', True),
        ('{"name": "b', False),
        ('{"name": "a", "n": 2}', False),
        ('{"n"', False),
        ("[", False),
        ("{" + " " * 41, False),  # space without end
    ],
)
def test_json_of_a_schema(text: str, fits: bool) -> None:
    answer = constraint(json_schema=json.dumps(SCHEMA))
    assert follow(answer, text) == fits
    assert answer.is_complete == fits


def test_json_is_any_object() -> None:
    assert follow(answer := constraint(json=True), '{"a": [1, {"b": null}], "c": "\\n\\"é大"}')
    assert answer.is_complete
    assert not follow(constraint(json=True), "[")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ('{"type": "objekt"}', "at the top: Invalid type: objekt"),
        ('{"a": }', "line 1, column 7: Expecting value"),
        ("[" * 100_000, "too many brackets"),
        ('{"properties": {"x": ' * 80 + "{}" + "}}" * 80, "recursion limit"),
        ("[]", "must be an object or boolean"),
        ("false", "Unsatisfiable"),
        (
            '{"properties": {"a": {"properties": {"b": {"type": "nix"}}}}}',
            "properties/a/properties/b: Invalid type: nix",
        ),
        ('{"anyOf": [{"type": "string"}, {"items": {"type": "nix"}}]}', "anyOf/1/items: Invalid"),
        ('{"$ref": "#/$defs/x"}', "'/$defs/x' does not exist"),
        ('{"uniqueItems": true}', "uniqueItems"),
    ],
)
def test_a_wrong_schema_says_what_and_where(schema: str, message: str) -> None:
    assert message in refused(json_schema=schema)


@pytest.mark.parametrize(
    ("grammar", "message"),
    [
        ("start: foo", 'line 1, column 8: unknown name: "foo"'),
        ('start: "a"\nfoo: ???', "line 2, column 6"),
        ("start: /(/", "unclosed group"),
        ('root ::= "a" [0-9', "line 1"),
        ("root ::= x", "Rule 'x' not found"),
        ("\0", "cannot be used"),
        ("\ud800", "cannot be used"),
    ],
)
def test_a_wrong_grammar_says_what_and_where(grammar: str, message: str) -> None:
    assert message in refused(grammar=grammar)


def test_a_grammar_that_never_ends_is_an_error_when_it_is_used() -> None:
    with pytest.raises(RequestError, match="cannot go on"):
        constraint(grammar="start: start").allowed()


def test_a_sampler_chooses_what_is_allowed_and_knows_the_end() -> None:
    vocabulary = Vocabulary(TOKENIZER)
    logits = np.zeros(TOKENIZER.vocabulary_size, np.float32)
    logits[IDS["x"]] = 50
    for seed in range(20):
        sampler = vocabulary.sampler(
            Options(grammar="start: /[ab]{3}/", temperature=1.0, top_k=0, min_p=0.0, seed=seed)
        )
        said: list[int] = []
        while not sampler.is_complete:
            said.append(sampler.sample(at_hand(logits), said))
        assert len(text := TOKENIZER.decode(said)) == 3
        assert set(text) <= {"a", "b"}


def test_a_grammar_begins_after_the_reasoning() -> None:
    vocabulary = Vocabulary(TOKENIZER)
    begin, end = TOKENIZER.encode("<think></think>")
    logits = np.zeros(TOKENIZER.vocabulary_size, np.float32)
    logits[IDS["x"]] = 1.0
    options = Options(grammar='start: "a"', temperature=0.0)
    for prompt in ([], [begin, end], [IDS["x"]]):
        assert vocabulary.sampler(options, prompt).sample(at_hand(logits), prompt) == IDS["a"]
    sampler = vocabulary.sampler(options, [begin, IDS["x"]])
    assert sampler.sample(at_hand(logits), []) == IDS["x"]
    assert sampler.sample(at_hand(logits + 9 * (np.arange(len(logits)) == end)), []) == end
    assert not sampler.is_complete
    assert sampler.sample(at_hand(logits), []) == IDS["a"]
    assert sampler.is_complete


def test_a_bias_for_a_token_that_does_not_exist() -> None:
    with pytest.raises(RequestError, match="names the token 999; the model's are 0 to 264"):
        Vocabulary(TOKENIZER).sampler(Options(logit_bias={999: 1.0}))


def test_tokens_that_hold_a_breaker_or_mark_something_break() -> None:
    sampler = Vocabulary(TOKENIZER).sampler(
        Options(dry_multiplier=1.0, dry_breakers=('"',), dry_allowed_length=1, temperature=0.0)
    )
    x, y, quote, mark = IDS["x"], IDS["y"], IDS['{"'], IDS[TURN]
    logits = np.zeros(TOKENIZER.vocabulary_size, np.float32)
    logits[y], logits[x] = 1.0, 0.5
    assert sampler.sample(at_hand(logits), [x, y, x]) == x  # y would repeat "xy"
    for breaker in (quote, mark):
        logits[breaker] = 2.0
        assert sampler.sample(at_hand(logits), [x, breaker, x]) == breaker
        logits[breaker] = 0.0


@pytest.mark.parametrize("seed", range(4))
def test_a_vocabulary_of_sentence_pieces(seed: int) -> None:
    pieces = ["▁", "{", '"', "hello", "▁hello", "▁world"]
    keys: dict[str, Any] = {
        "model": "llama",
        "tokens": ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *pieces],
        "token_type": [2, 3, 3, *[6] * 256, *[1] * len(pieces)],
        "scores": [0.0] * (259 + len(pieces)),
        "bos_token_id": 1,
        "eos_token_id": 2,
        "unknown_token_id": 0,
    }
    spaced = Tokenizer.from_metadata(
        Path("m.gguf"), {f"tokenizer.ggml.{k}": v for k, v in keys.items()}
    )
    options = Options(
        grammar='start: "hello world" | "hey"', temperature=1.0, top_k=0, min_p=0.0, seed=seed
    )
    sampler, said = Vocabulary(spaced).sampler(options), list[int]()
    while not sampler.is_complete:
        said.append(sampler.sample(at_hand(np.zeros(spaced.vocabulary_size, np.float32)), said))
    assert b"".join(map(spaced.token_bytes, said)) in (b"hello world", b"hey")
