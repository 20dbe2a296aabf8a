# SPDX-License-Identifier: Apache-2.0
"""Tokens that stand for themselves, and those that end an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ktdesk.text.tokenizer import Tokenizer
from tests.unit.text.conftest import CONTROL, USER_DEFINED, Vocabulary

NORMAL, UNUSED = 1, 5


def with_tokens(
    vocabulary: Vocabulary, texts: Sequence[str], kind: int = CONTROL, **values: Any
) -> Tokenizer:
    """Return a tokeniser with more tokens at the end, of one kind."""
    values = {"pre": "gpt-2", "eos_token_id": None} | values
    tokens = [*vocabulary.tokens, *texts]
    kinds = [NORMAL] * len(vocabulary.tokens) + [kind] * len(texts)
    return vocabulary.tokenizer(tokens=tokens, token_type=kinds, **values)


def ends(tokenizer: Tokenizer) -> set[str]:
    return {tokenizer.token_text(i) for i in tokenizer.end_ids}


def test_ends_are_those_the_file_names_and_the_usual_ones(vocabulary: Vocabulary) -> None:
    size = len(vocabulary.tokens)
    tokenizer = vocabulary.tokenizer(eos_token_id=5, eot_token_id=7, eom_token_id=10**9)
    assert tokenizer.end_ids == {5, 7, size + 1}  # `<|im_end|>` ends a turn, whatever the file says


@pytest.mark.parametrize(
    ("texts", "expected", "values"),
    [
        (["<|im_start|>", "<|im_end|>", "<|endoftext|>"], {"<|im_end|>", "<|endoftext|>"}, {}),
        (["<|eot_id|>", "<|eom_id|>"], {"<|eot_id|>", "<|eom_id|>"}, {}),
        (["<|eot|>", "<|eom|>", "<|header_end|>"], {"<|eot|>", "<|eom|>"}, {}),
        (["<end_of_turn>", "<eos>", "<bos>"], {"<end_of_turn>", "<eos>"}, {}),
        (["<|user|>", "<|assistant|>", "<|end|>"], {"<|end|>"}, {}),
        (["<|return|>", "<|call|>", "<|end|>", "<|start|>"], {"<|return|>", "<|call|>"}, {}),
        (["<|user|>", "<|observation|>"], {"<|user|>", "<|observation|>"}, {"pre": "glm4"}),
        (["[EOS]", "[EOT]", "[BOS]"], {"[EOS]", "[EOT]"}, {"pre": "kimi-k2"}),
        (["[e~[", "]~b]"], {"[e~["}, {"pre": "minimax-m2"}),
        (["</s>", "<s>"], {"</s>"}, {}),
        (["<turn|>", "<|turn>", "<|tool_response>"], {"<turn|>", "<|tool_response>"}, {}),
    ],
)
def test_the_ends_of_each_format(
    vocabulary: Vocabulary, texts: list[str], expected: set[str], values: dict[str, Any]
) -> None:
    assert ends(with_tokens(vocabulary, texts, **values)) == expected


def test_marks_that_are_text_elsewhere_end_nothing_there(vocabulary: Vocabulary) -> None:
    tokenizer = with_tokens(vocabulary, ["</s>", "[EOS]"], USER_DEFINED)
    assert ends(tokenizer) == set()
    assert tokenizer.decode(tokenizer.encode("a</s>[EOS]b")) == "a</s>[EOS]b"


def test_an_end_is_a_control_token_whatever_the_file_says(vocabulary: Vocabulary) -> None:
    tokenizer = with_tokens(vocabulary, ["<|im_end|>"], NORMAL)
    (end,) = tokenizer.end_ids
    assert tokenizer.encode("a<|im_end|>") == [*tokenizer.encode("a"), end]
    assert tokenizer.decode([end]) == ""


def test_the_longest_of_several_is_found(vocabulary: Vocabulary) -> None:
    tokenizer = with_tokens(vocabulary, ["<x", "<x>", "<x>>"], USER_DEFINED)
    size = len(vocabulary.tokens)
    assert tokenizer.encode("<x<x><x>>") == [size, size + 1, size + 2]


def test_padding_has_no_text(vocabulary: Vocabulary) -> None:
    tokenizer = with_tokens(vocabulary, ["[PAD7]"], UNUSED)
    assert tokenizer.decode([len(vocabulary.tokens)]) == ""
