# SPDX-License-Identifier: Apache-2.0
"""SentencePiece vocabularies: merging by score as SentencePiece's rule says, bytes for what the
vocabulary lacks, and the space before a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Library
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from ktdesk.text.tokenizer import Tokenizer
from tests.tokenizers import fixtures
from tests.unit.text.conftest import CORPUS, PATH

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
SPACE = "\u2581"
RUNS = [
    "aaaaaaaa  bbbb",
    "ababababab babab",
    "    \t\t----====",
    "ananananas",
    "....... ... ..",
] * 3


def trained() -> dict[str, Any]:
    """Return a vocabulary with runs and repetitions, where ways to merge are many."""
    library = Library(BPE())
    lines = [(" " + line).replace(" ", SPACE) for line in [*CORPUS, *RUNS]]
    library.train_from_iterator(lines, BpeTrainer(vocab_size=500, show_progress=False))
    vocabulary = library.get_vocab()
    learned = sorted(vocabulary, key=vocabulary.__getitem__)
    marks = ["<unk>", "<s>", "</s>", "<|end|>", "<tag>"]
    tokens = [*marks, *(f"<0x{byte:02X}>" for byte in range(256)), *learned]
    kinds = [UNKNOWN, CONTROL, CONTROL, CONTROL, USER_DEFINED] + [BYTE] * 256
    scores = [0.0] * len(kinds) + [-float(rank) for rank in range(len(learned))]
    pairs = json.loads(library.to_str())["model"]["merges"]
    return {
        "model": "llama",
        "merges": [" ".join(pair) for pair in pairs],
        "tokens": tokens,
        "token_type": kinds + [NORMAL] * len(learned),
        "scores": scores,
    }


VALUES = trained()
Rule = Callable[[str], list[int]]


def tokenizer(**values: Any) -> Tokenizer:
    general = {"general.architecture": values.pop("architecture", "llama")}
    metadata = {f"tokenizer.ggml.{k}": v for k, v in (VALUES | values).items()}
    return Tokenizer.from_metadata(PATH, metadata | general)


OURS = tokenizer()


def by_the_rule(metadata: dict[str, Any], text: str) -> list[int]:
    """Encode as SentencePiece is defined: of all neighbours, merge those with the highest score,
    the leftmost of several; spell with bytes what is no token in the end.
    """
    tokens, scores = (metadata[f"tokenizer.ggml.{key}"] for key in ("tokens", "scores"))
    kinds = metadata["tokenizer.ggml.token_type"]
    ids = {t: i for i, (t, kind) in enumerate(zip(tokens, kinds, strict=True)) if kind == NORMAL}
    spelled = {t: i for i, (t, kind) in enumerate(zip(tokens, kinds, strict=True)) if kind == BYTE}
    parts = list(f"{SPACE}{text.replace(' ', SPACE)}") if text else []
    while True:
        pairs = [a + b for a, b in pairwise(parts)]
        best = max(
            (i for i, pair in enumerate(pairs) if pair in ids),
            key=lambda i: (scores[ids[pairs[i]]], -i),
            default=None,
        )
        if best is None:
            break
        parts[best : best + 2] = [pairs[best]]
    return [
        i
        for part in parts
        for i in ([ids[part]] if part in ids else [spelled[f"<0x{b:02X}>"] for b in part.encode()])
    ]


def prefixed(**values: Any) -> dict[str, Any]:
    return {f"tokenizer.ggml.{key}": value for key, value in values.items()}


def repeated(metadata: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return texts of parts of tokens, those first that overlap themselves: where ways differ."""
    pairs = zip(
        metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"], strict=True
    )
    tokens = [t.replace(SPACE, " ") for t, kind in pairs if kind == NORMAL]
    overlapping = [t for t in tokens if any(t.startswith(t[i:]) for i in range(1, len(t)))]
    part = st.one_of(st.sampled_from(overlapping), st.sampled_from(tokens), st.text(max_size=2))
    times = st.integers(1, 4)
    return st.lists(st.builds(lambda p, n: p * n, part, times), max_size=8).map("".join)


@pytest.fixture(scope="module", params=["trained", "mistral"])
def both(request: pytest.FixtureRequest) -> tuple[Tokenizer, Rule, st.SearchStrategy[str]]:
    """A tokeniser, the rule it is to follow, and texts for both."""
    metadata = prefixed(**VALUES)
    if request.param == "mistral":
        metadata = fixtures.read("mistral-v1").metadata
    ours = Tokenizer.from_metadata(PATH, metadata)
    return ours, partial(by_the_rule, metadata), repeated(metadata)


@given(data=st.data())
def test_tokens_are_those_of_the_rule(
    both: tuple[Tokenizer, Rule, st.SearchStrategy[str]], data: st.DataObject
) -> None:
    ours, rule, some = both
    text = data.draw(some).encode("utf-8", "replace").decode()
    assert ours.encode(text) == rule(text.replace(SPACE, " "))


@given(text=st.text(st.characters(codec="utf-8", exclude_characters=SPACE)))
def test_decoding_gives_the_text_back(text: str) -> None:
    if "<" not in text:  # no special token
        assert OURS.decode(OURS.encode(text)) == text


def test_a_text_begins_with_a_space_and_so_does_what_follows_a_special_token() -> None:
    words = [OURS.token_text(i) for i in OURS.encode("quick<|end|>quick<tag>quick")]
    assert "".join(words) == f"{SPACE}quick<|end|>{SPACE}quick<tag>{SPACE}quick"
    assert OURS.encode("") == []


def test_no_space_comes_before_a_text_if_the_file_says_so() -> None:
    without = tokenizer(add_space_prefix=False)
    assert "".join(map(without.token_text, without.encode("quick fox"))) == f"quick{SPACE}fox"
    assert without.decode(without.encode(" quick")) == " quick"


def test_pairs_may_be_listed_instead_of_scores() -> None:
    listed = tokenizer(model="gemma4", scores=None)
    for line in CORPUS:
        assert listed.encode(line) == tokenizer(add_space_prefix=False).encode(line)


def test_what_the_vocabulary_lacks_is_spelled_in_bytes() -> None:
    ids = OURS.encode("x\u1234")
    assert [OURS.token_text(i) for i in ids[-3:]] == ["<0xE1>", "<0x88>", "<0xB4>"]
    assert OURS.decode(ids) == "x\u1234"
    assert OURS.decode(ids[:-1]) == "x\N{REPLACEMENT CHARACTER}"


def test_without_bytes_it_is_the_unknown_token() -> None:
    kinds = [NORMAL if kind == BYTE else kind for kind in VALUES["token_type"]]
    assert tokenizer(token_type=kinds).encode("\u1234\u1235")[-1] == 0


def test_phi_takes_the_space_after_its_special_tokens() -> None:
    phi = tokenizer(architecture="phi3")
    assert phi.encode("<|end|> \n quick") == phi.encode("<|end|>quick")
    assert phi.encode("<s> quick") != phi.encode("<s>quick")
    assert OURS.encode("<|end|> quick") != OURS.encode("<|end|>quick")


def test_spaces_collapse_if_the_file_says_so() -> None:
    collapsing = tokenizer(remove_extra_whitespaces=True)
    assert collapsing.encode("  the   quick fox ") == collapsing.encode("the quick fox")


def test_marks_are_known_by_text_where_the_file_names_none() -> None:
    assert (OURS.bos_id, OURS.eos_id, OURS.adds_bos) == (1, 2, True)
    assert OURS.end_ids == {2, 3}
    assert tokenizer(add_bos_token=False).adds_bos is False


@given(data=st.data())
def test_decoding_in_pieces_gives_the_same_text(data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.integers(0, OURS.vocabulary_size - 1)))
    stream = OURS.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == OURS.decode(ids)


def test_a_text_that_goes_on_keeps_its_first_space() -> None:
    ids = OURS.encode("quick")
    stream, continued = OURS.stream(), OURS.stream(is_beginning=False)
    assert "".join(map(stream.push, [1, *ids])) == "quick"
    assert "".join(map(continued.push, ids)) == " quick"
