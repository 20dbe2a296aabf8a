# SPDX-License-Identifier: Apache-2.0
"""Texts become the tokens that real tokenisers and llama.cpp made of them; README.md says how
these were stored.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.text.pretokenizers import FAMILIES
from ktdesk.text.tokenizer import Tokenizer
from tests.tokenizers import families, fixtures

FAMILIES_COMPARED = families.compared()
STORED = sorted(path.name.removesuffix(".json.xz") for path in fixtures.FOLDER.glob("*.json.xz"))
VOCABULARIES = [name for name in STORED if name != "families"]
RESULTS = json.loads((Path(__file__).parent / "tokenizers.json").read_text("utf-8"))["results"]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_texts_become_the_tokens_of_the_real_tokenizer(name: str) -> None:
    fixture = fixtures.read(name)
    tokenizer = Tokenizer.from_metadata(Path(name), fixture.metadata)
    assert len(fixture.cases) > 1000
    for text, known in fixture.cases:
        assert [fixture.numbers[i] for i in tokenizer.encode(text)] == known, text


@pytest.mark.parametrize("pre", FAMILIES_COMPARED)
def test_every_family_cuts_as_llama_cpp_does(pre: str, caplog: pytest.LogCaptureFixture) -> None:
    metadata, cases = fixtures.read_families()
    tokenizer = Tokenizer.from_metadata(Path(pre), metadata | {"tokenizer.ggml.pre": pre})
    caplog.clear()  # of the warning about the family without a name
    assert len(cases[pre]) > 100
    for text, known in cases[pre]:
        assert tokenizer.encode(text) == known, text


def test_the_large_comparison_found_no_difference() -> None:
    assert [r for r in RESULTS if r["equal"] != r["cases"] or not r["cases"]] == []
    compared = {r["pre"] for r in RESULTS if r["kind"] == "gpt2"}
    assert set(FAMILIES_COMPARED) <= compared <= set(FAMILIES)


@pytest.fixture(scope="module")
def real() -> list[Tokenizer]:
    return [Tokenizer.from_metadata(Path(n), fixtures.read(n).metadata) for n in VOCABULARIES]


@given(data=st.data())
def test_decoding_in_pieces_equals_decoding_whole(
    real: list[Tokenizer], data: st.DataObject
) -> None:
    tokenizer = data.draw(st.sampled_from(real))
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocabulary_size - 1)))
    stream = tokenizer.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == tokenizer.decode(ids)
