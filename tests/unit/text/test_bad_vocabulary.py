# SPDX-License-Identifier: Apache-2.0
"""Vocabularies that are unknown or damaged are refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from ktdesk.errors import ModelFileError
from ktdesk.text.tokenizer import Tokenizer
from tests.unit.text.conftest import PATH, Vocabulary


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "llama"}, "a score to each"),
        ({"model": "llama", "scores": [0.5]}, "a score to each"),
        ({"model": "t5"}, "of the kind 't5'"),
        ({"model": ["gpt2"]}, "of the kind ['gpt2']"),
        ({"model": None}, "of the kind None"),
        ({"pre": "llama-bp"}, "how the vocabulary 'llama-bp' cuts text. Did you mean 'llama-bpe'?"),
        ({"pre": ["gpt-2"]}, "cuts text"),
        ({"tokens": None}, "has no tokens"),
        ({"tokens": [1, 2]}, "has no tokens"),
        ({"tokens": "abc"}, "has no tokens"),
        ({"merges": None}, "has no merges"),
        ({"merges": ["a"]}, "cannot be used"),
        ({"merges": ["a ~never~"]}, "cannot be used"),
        ({"token_type": 3}, "a kind to each"),
        ({"token_type": [1, 3]}, "a kind to each"),
    ],
)
def test_what_is_wrong_is_named(
    vocabulary: Vocabulary, values: dict[str, Any], message: str
) -> None:
    metadata = vocabulary.metadata("gpt-2")
    metadata |= {f"tokenizer.ggml.{key}": value for key, value in values.items()}
    with pytest.raises(ModelFileError) as caught:
        Tokenizer.from_metadata(PATH, metadata)
    assert message in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("token", [-1, 10**9, "x", 1.5, [1]])
def test_marks_that_are_no_tokens_are_none(vocabulary: Vocabulary, token: Any) -> None:
    tokenizer = vocabulary.tokenizer(bos_token_id=token, eos_token_id=token)
    assert (tokenizer.bos_id, tokenizer.eos_id) == (None, None)


def test_kinds_may_be_left_out(vocabulary: Vocabulary) -> None:
    tokenizer = vocabulary.tokenizer(token_type=None)
    assert tokenizer.decode(tokenizer.encode("hello")) == "hello"


def test_tokens_that_stand_twice_or_are_empty(vocabulary: Vocabulary) -> None:
    tokens = [*vocabulary.tokens, "a", "", "\N{REPLACEMENT CHARACTER}"]
    kinds = [1] * len(vocabulary.tokens) + [3, 3, 4]
    tokenizer = vocabulary.tokenizer(tokens=tokens, token_type=kinds)
    assert tokenizer.encode("") == []
    assert tokenizer.decode([len(tokens) - 1]) == "\N{REPLACEMENT CHARACTER}"
