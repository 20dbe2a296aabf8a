# SPDX-License-Identifier: Apache-2.0
"""Files that are almost those of a known program: anything may be anything, and nothing breaks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktdesk.chats import ChatStore
from ktdesk.chats.exchange.documents import documents
from ktdesk.chats.exchange.export import own_json
from ktdesk.chats.exchange.importing import import_chats
from tests.unit.chats.samples import chatgpt, lm_studio, lm_studio_answer, lm_studio_question
from tests.unit.chats.talking import say, shown

ATOMS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all that is in a value."""
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    return [path] * bool(path) + [p for key, item in inside for p in places(item, (*path, key))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = new


def own() -> dict[str, Any]:
    node = {"role": "user", "content": "q", "parent": None, "stats": {"a": 1}, "settings": {}}
    answer = {"role": "assistant", "content": "a", "parent": 0, "status": "done", "created": 1.5}
    file = {"name": "f", "media_type": "text/plain", "data": "YQ=="}
    chat = {"title": "t", "messages": [node, answer | {"files": [file]}], "leaf": 1}
    return {"format": "ktdesk-chats", "version": 1, "chats": [chat, {**chat, "folder": "f"}]}


SAMPLES = (
    [chatgpt()],
    lm_studio(lm_studio_question("a", "b"), lm_studio_answer("hm", "so")),
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}], "title": "t"},
    own(),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), count=st.integers(1, 4))
def test_a_file_with_anything_in_any_place(
    store: ChatStore, tmp_path: Path, data: st.DataObject, count: int
) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(count):
        if paths := places(value):
            put(value, data.draw(st.sampled_from(paths)), data.draw(VALUES))
    path = tmp_path / "file.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    done = import_chats(store, [path])
    assert done.chats + done.known + len(done.problems) > 0  # nothing is passed over in silence
    for chat in done.ids:
        shown(store, chat)
        assert store.chats.get(chat).created >= 0
        own_json(list(documents(store, [chat])))
        say(store, chat, "and now?", "fine")
        store.chats.delete(chat)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_file(store: ChatStore, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    for chat in import_chats(store, [path]).ids:
        store.chats.delete(chat)
