# SPDX-License-Identifier: Apache-2.0
"""Where each family cuts text before merging."""

from __future__ import annotations

from functools import cache

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.text.pretokenizers import FAMILIES, pre_tokenizer
from ktdesk.text.tokenizer import Tokenizer
from tests.tokenizers.corpus import texts
from tests.unit.text.conftest import Vocabulary

cutter = cache(lambda family: pre_tokenizer(FAMILIES[family]))


def pieces(family: str, text: str) -> list[str]:
    cut = cutter(family).pre_tokenize_str(text)
    return [text[begin:end] for _, (begin, end) in cut]


@pytest.mark.parametrize(
    ("family", "text", "expected"),
    [
        ("gpt-2", "it's 12345  ok", ["it", "'s", " 12345", " ", " ok"]),
        ("smollm", "in 2024!", ["in", " ", "2", "0", "2", "4", "!"]),
        ("qwen2", "x=12\n\ny", ["x", "=", "1", "2", "\n\n", "y"]),
        ("llama-bpe", "I'LL pay 12345", ["I", "'LL", " pay", " ", "123", "45"]),
        ("deepseek-v3", "約12345元です.Net a_b", ["約", "123", "45", "元です", ".Net", " a", "_b"]),
        ("deepseek-v3", "naïve e\u0301!\n", ["naïve", " e\u0301", "!\n"]),
    ],
)
def test_where_a_family_cuts(family: str, text: str, expected: list[str]) -> None:
    assert pieces(family, text) == expected


# As these models' own code has them; llama.cpp cuts otherwise, so no stored tokens check them.
_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_KIMI = (
    r"[\p{Han}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_ORIGINALS = {"gpt-4o": _O200K, "kimi-k2": _KIMI, "minimax-m2": _O200K}


@pytest.mark.parametrize("family", _ORIGINALS)
def test_another_engine_cuts_alike(family: str) -> None:
    original = regex.compile(_ORIGINALS[family], regex.V1)
    for text in texts():  # these patterns leave nothing between two matches
        assert pieces(family, text) == original.findall(text), text


@given(
    family=st.sampled_from(sorted(FAMILIES)),
    text=st.text(st.sampled_from("aZé中\u06611 \t\r\n'.s\u0301ー"), max_size=20),
)
def test_nothing_is_lost_between_the_pieces(family: str, text: str) -> None:
    assert "".join(pieces(family, text)) == text


def test_accents_are_composed_where_the_family_does(vocabulary: Vocabulary) -> None:
    def encoded(family: str, text: str) -> list[int]:
        tokenizer: Tokenizer = vocabulary.tokenizer(family)
        return tokenizer.encode(text)

    assert encoded("qwen2", "e\u0301") == encoded("qwen2", "\u00e9")
    assert encoded("llama-bpe", "e\u0301") != encoded("llama-bpe", "\u00e9")
