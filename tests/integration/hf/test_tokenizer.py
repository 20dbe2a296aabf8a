# SPDX-License-Identifier: Apache-2.0
"""KTTokenizer makes the tokens of real tokenisers, and the texts of the engine's."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.hf import KTTokenizer
from ktdesk.hf import tokenizer as under_test
from ktdesk.text.messages import Message
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer
from tests.tokenizers import fixtures

STORED = sorted(path.name.removesuffix(".json.xz") for path in fixtures.FOLDER.glob("*.json.xz"))
VOCABULARIES = [name for name in STORED if name != "families"]
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"


def made(
    name: str, monkeypatch: pytest.MonkeyPatch, template: str = TEMPLATE
) -> tuple[KTTokenizer, Tokenizer, fixtures.Fixture]:
    """Return the tokeniser of a file that has only a vocabulary and a template."""
    fixture = fixtures.read(name)
    metadata = fixture.metadata
    file = SimpleNamespace(
        path=Path(name), metadata=metadata, get=lambda key, kind, default: template
    )
    monkeypatch.setattr(under_test.Checkpoint, "open", lambda path: file)
    return KTTokenizer.from_pretrained(name), Tokenizer.from_metadata(Path(name), metadata), fixture


@pytest.mark.parametrize("name", VOCABULARIES)
def test_tokens_and_texts_of_a_real_vocabulary(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer, engine, fixture = made(name, monkeypatch)
    start = [engine.bos_id] if engine.adds_bos and engine.bos_id is not None else []
    texts = [text for text, _ in fixture.cases]
    rows = tokenizer(texts, add_special_tokens=False)["input_ids"]
    written = tokenizer.batch_decode(rows, skip_special_tokens=True)
    for (text, known), ids, again in zip(fixture.cases, rows, written, strict=True):
        assert [fixture.numbers[i] for i in ids] == known, text
        assert again == engine.decode(ids), text
    assert tokenizer(texts[:50])["input_ids"] == [[*start, *ids] for ids in rows[:50]]


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize("template", [TEMPLATE, "{{ bos_token }}" + TEMPLATE])
def test_a_chat_begins_as_the_engine_has_it(
    name: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer, engine, _ = made(name, monkeypatch, template)
    bos = "" if engine.bos_id is None else engine.token_text(engine.bos_id)
    text = ChatTemplate(template, bos=bos, eos="").render([Message("user", "Hello, 你好!")])
    ids = engine.encode(text, add_bos=engine.adds_bos and not (bos and text.startswith(bos)))
    chat = [{"role": "user", "content": "Hello, 你好!"}]
    assert tokenizer.apply_chat_template(chat)["input_ids"] == ids


def test_rows_are_padded_in_front(tokenizer: KTTokenizer) -> None:
    batch = tokenizer(["hello", "a"], padding=True)
    assert batch["attention_mask"][1] == [0, 0, 0, 1]
    assert batch["input_ids"][1][:3] == [tokenizer.pad_token_id] * 3


def test_tokens_that_were_never_trained_add_nothing(tokenizer: KTTokenizer) -> None:
    ids = tokenizer("hello")["input_ids"]
    assert tokenizer.convert_ids_to_tokens(300) == "<unused300>"
    assert tokenizer.decode([ids[0], 300, *ids[1:], 301]) == "hello"
