# SPDX-License-Identifier: Apache-2.0
"""Text that grows token by token: the same as decoded whole, and never part of a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.text.tokenizer import Tokenizer
from tests.unit.text.conftest import Vocabulary

BROKEN = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture(scope="module")
def tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    return vocabulary.tokenizer()


@given(data=st.data())
def test_any_tokens_give_the_text_of_all_of_them(tokenizer: Tokenizer, data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocabulary_size - 1)))
    stream = tokenizer.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == tokenizer.decode(ids)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters=BROKEN)))
def test_a_text_comes_in_whole_characters(tokenizer: Tokenizer, text: str) -> None:
    stream, shown = tokenizer.stream(), ""
    # Bytes as tokens: the smallest parts that a text can come in.
    for token in (i for c in text for i in _tokens_of_bytes(tokenizer, c)):
        shown += stream.push(token)
        assert text.startswith(shown)
    assert shown == text
    assert stream.flush() == ""


def _tokens_of_bytes(tokenizer: Tokenizer, text: str) -> list[int]:
    single = {tokenizer.token_bytes(i): i for i in range(256)}
    return [single[bytes([byte])] for byte in text.encode()]


def test_a_character_that_stays_incomplete_is_shown_as_broken(tokenizer: Tokenizer) -> None:
    stream = tokenizer.stream()
    first, *_ = _tokens_of_bytes(tokenizer, "🙂")
    assert stream.push(first) == ""
    assert stream.flush() == BROKEN
    assert stream.flush() == ""
