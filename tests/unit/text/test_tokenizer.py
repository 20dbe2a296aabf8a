# SPDX-License-Identifier: Apache-2.0
"""Texts to tokens as `transformers` makes them, and tokens back to the same texts."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Regex
from tokenizers import Tokenizer as Library
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from transformers import GPT2Tokenizer, Qwen2Tokenizer
from transformers.convert_slow_tokenizer import TikTokenConverter

from ktdesk.text.pretokenizers import FAMILIES
from ktdesk.text.tokenizer import Tokenizer
from tests.unit.text.conftest import CORPUS, Vocabulary

# Words of the corpus between arbitrary characters, so that merges happen.
WORDS = sorted({word for line in CORPUS for word in line.split(" ")})
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=12).map(" ".join)

Encode = Callable[[str], list[int]]


def gpt2(vocabulary: Vocabulary) -> Encode:
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    tokenizer = GPT2Tokenizer(ids, [tuple(m.split(" ")) for m in vocabulary.merges])
    return lambda text: tokenizer.encode(text, add_special_tokens=False)


def qwen2(vocabulary: Vocabulary) -> Encode:
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    tokenizer = Qwen2Tokenizer(ids, [tuple(m.split(" ")) for m in vocabulary.merges])
    return lambda text: tokenizer.encode(text, add_special_tokens=False)


def llama3(vocabulary: Vocabulary) -> Encode:
    """As `transformers` converts the Llama 3 tokeniser, whose file it does not carry."""
    pattern = inspect.signature(TikTokenConverter).parameters["pattern"].default
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    merges = [tuple(m.split(" ")) for m in vocabulary.merges]
    library = Library(BPE(ids, merges, ignore_merges=True))
    library.pre_tokenizer = Sequence(
        [Split(Regex(pattern), "isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    return lambda text: library.encode(text).ids


REFERENCES = {"gpt-2": gpt2, "qwen2": qwen2, "llama-bpe": llama3}


@pytest.fixture(scope="module", params=REFERENCES)
def both(request: pytest.FixtureRequest, vocabulary: Vocabulary) -> tuple[Tokenizer, Encode]:
    return vocabulary.tokenizer(request.param), REFERENCES[request.param](vocabulary)


@given(text=TEXTS)
def test_tokens_are_those_of_the_reference(both: tuple[Tokenizer, Encode], text: str) -> None:
    ours, reference = both
    assert ours.encode(text) == reference(text)


@pytest.fixture(scope="module")
def families(vocabulary: Vocabulary) -> list[Tokenizer]:
    return [vocabulary.tokenizer(family) for family in FAMILIES if family != "default"]


@given(text=TEXTS, data=st.data())
def test_decoding_gives_the_text_back(
    families: list[Tokenizer], text: str, data: st.DataObject
) -> None:
    text = unicodedata.normalize("NFC", text)  # some families compose accents
    tokenizer = data.draw(st.sampled_from(families))
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_llama_takes_a_whole_word_that_no_merges_lead_to(vocabulary: Vocabulary) -> None:
    tokens = [*vocabulary.tokens, "Ġxyzzy"]
    kinds = [1] * len(tokens)
    llama = vocabulary.tokenizer("llama-bpe", tokens=tokens, token_type=kinds)
    assert llama.encode(" xyzzy") == [len(tokens) - 1]
    other = vocabulary.tokenizer("gpt-2", tokens=tokens, token_type=kinds)
    assert len(other.encode(" xyzzy")) > 1


def test_control_tokens_are_found_whole_and_give_no_text(vocabulary: Vocabulary) -> None:
    tokenizer = vocabulary.tokenizer()
    start, end, literal = (len(vocabulary.tokens) + i for i in range(3))
    ids = tokenizer.encode("<|im_start|>user<tool call> <|im_end|>")
    assert (ids[0], ids[-1]) == (start, end)
    assert literal in ids
    assert tokenizer.decode(ids) == "user<tool call> "
    assert tokenizer.token_text(start) == "<|im_start|>"


def test_the_first_token_is_added_on_request(vocabulary: Vocabulary) -> None:
    tokenizer = vocabulary.tokenizer()
    assert tokenizer.encode("a", add_bos=True) == [tokenizer.bos_id, *tokenizer.encode("a")]
    without = vocabulary.tokenizer(bos_token_id=None)
    assert without.encode("a", add_bos=True) == without.encode("a")


@pytest.mark.parametrize(
    ("pre", "values", "expected"),
    [("gpt-2", {}, False), ("llama-bpe", {}, True), ("llama-bpe", {"add_bos_token": False}, False)],
)
def test_whether_prompts_begin_with_it(
    vocabulary: Vocabulary, pre: str, values: dict[str, bool], expected: bool
) -> None:
    assert vocabulary.tokenizer(pre, **values).adds_bos is expected


def test_halves_of_characters_do_not_hurt(vocabulary: Vocabulary) -> None:
    tokenizer = vocabulary.tokenizer()
    assert tokenizer.decode(tokenizer.encode("a\udcffb")) == "a?b"
