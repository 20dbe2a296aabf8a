# SPDX-License-Identifier: Apache-2.0
"""`ktdesk tokenize`: ids and pieces of a text, from a file without weights."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import pytest

from tests.tiny import add_tokenizer

TEXT = "hé<|im_end|>\n"


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A file with a tokeniser of bytes, one merge ('he') and three control tokens, and no more."""
    path = tmp_path / "vocabulary.gguf"
    writer = gguf.GGUFWriter(path, "deepseek2")
    add_tokenizer(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def token_names(path: Path) -> list[str]:
    """Return the vocabulary as the reader of gguf's authors has it."""
    return gguf.GGUFReader(path).fields["tokenizer.ggml.tokens"].contents()


def test_a_line_for_each_token(ktdesk, vocabulary) -> None:
    done = ktdesk("tokenize", vocabulary, TEXT)
    names = token_names(vocabulary)
    rows = [line.split(maxsplit=1) for line in done.out.splitlines()]
    assert [names[int(number)] for number, _ in rows] == ["h", "Ã", "©", "<|im_end|>", "Ċ"]
    assert [piece for _, piece in rows] == ['"h"', "c3", "a9", "<|im_end|>", '"\\n"']
    assert done.err == "5 tokens, 13 characters, 14 bytes\n"


def test_json_has_ids_texts_and_bytes(ktdesk, vocabulary) -> None:
    told = json.loads(ktdesk("tokenize", vocabulary, TEXT, "--json").out)
    assert (told["tokens"], told["characters"], told["bytes"]) == (5, 13, 14)
    assert [piece["text"] for piece in told["pieces"]] == ["h", None, None, "<|im_end|>", "\n"]
    data = b"".join(bytes.fromhex(piece["hex"]) for piece in told["pieces"])
    assert data == TEXT.replace("<|im_end|>", "").encode()


def test_a_pipe_gives_the_text(ktdesk, vocabulary, typed) -> None:
    typed("hehe")
    assert ktdesk("tokenize", vocabulary, "--count").out == "2\n"
    assert ktdesk("tokenize", vocabulary, "he", "--count", "--bos").out == "2\n"


def test_the_count_alone_as_json(ktdesk, vocabulary) -> None:
    told = json.loads(ktdesk("tokenize", vocabulary, "hehe", "--count", "--json").out)
    assert told == {"model": str(vocabulary), "tokens": 2, "characters": 4, "bytes": 4}


def test_without_a_text_it_is_wrong_use(ktdesk, vocabulary, typed) -> None:
    typed("")
    done = ktdesk("tokenize", vocabulary)
    assert (done.code, done.out) == (2, "")


def test_a_file_that_is_none_is_explained(ktdesk, model) -> None:
    done = ktdesk("tokenize", model, "Hi")
    assert (done.code, done.out) == (1, "")
    assert model.name in done.err
