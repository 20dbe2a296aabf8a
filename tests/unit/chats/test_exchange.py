# SPDX-License-Identifier: Apache-2.0
"""Export, import, and files of other programs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ktdesk.chats import Chat, ChatStore, NewMessage, open_chats
from ktdesk.chats.exchange.documents import documents
from ktdesk.chats.exchange.export import export_chats
from ktdesk.chats.exchange.importing import import_chats
from ktdesk.errors import ChatsError
from tests.unit.chats.samples import (
    chatgpt,
    gpt_node,
    lm_studio,
    lm_studio_answer,
    lm_studio_question,
)
from tests.unit.chats.talking import say, shown


@pytest.fixture
def other(tmp_path: Path):
    with open_chats(tmp_path / "other" / "chats.sqlite3") as store:
        yield store


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def only(store: ChatStore) -> Chat:
    (chat,) = store.chats.all()
    return store.chats.get(chat.id)


def fill(store: ChatStore) -> int:
    """Make a chat with every feature; return its id."""
    folder = store.chats.new_folder("Wörk")
    chat = store.chats.new("茶", folder_id=folder, system_prompt="Be brief.", settings={"top_k": 1})
    question, answer = say(store, chat, "怎样泡茶?", "用热水。\n\n```py\nx = 1\n```")
    store.attachments.add(question, "leaf.bin", "application/octet-stream", bytes(range(256)))
    gone = say(store, chat, "never mind", "forgotten")
    say(store, chat, "and milk?", "no 🥛")
    store.messages.delete(gone)
    other = store.messages.add(
        chat,
        NewMessage(
            role="assistant",
            content="half an ans",
            thinking="a thought\nof two lines",
            thinking_ms=1500,
            status="error",
            error="The card is gone.",
            model="R1",
            settings={"sampling": {"temperature": 0.1}},
            stats={"prompt_tokens": 5},
        ),
        parent_id=question,
    )
    store.messages.edit(question, "How is tea made?")
    store.messages.choose(answer)
    assert store.messages.versions([other])[other] == (answer, other)
    store.chats.rename(chat, "茶")
    store.chats.pin(chat, is_pinned=True)
    store.chats.set_draft(chat, "half a sent")
    return chat


def test_our_json_brings_back_everything(
    store: ChatStore, other: ChatStore, tmp_path: Path
) -> None:
    fill(store)
    say(store, store.chats.new("second"), "q", "a")
    path = tmp_path / "all.json"
    assert export_chats(store, path, "json") == 2
    done = import_chats(other, [path])
    assert (done.chats, done.problems) == (2, [])
    assert list(documents(other)) == list(documents(store))
    assert "forgotten" not in path.read_text(encoding="utf-8")


def test_markdown_reads_well(store: ChatStore, tmp_path: Path) -> None:
    chat = fill(store)
    path = tmp_path / "tea.md"
    export_chats(store, path, "markdown", [chat])
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# 茶\n\n**Instructions:** Be brief.\n\n## You · ")
    assert "*Attached: leaf.bin*\n\n怎样泡茶?\n\n## Answer · m · " in text
    assert "```py\nx = 1\n```" in text
    assert "half an ans" not in text  # another branch


def test_thoughts_are_quoted_in_markdown(store: ChatStore, tmp_path: Path) -> None:
    chat = store.chats.new("t")
    new = NewMessage(role="assistant", content="so", thinking="one\n\ntwo")
    store.messages.add(chat, new, parent_id=None)
    export_chats(store, tmp_path / "t.md", "markdown")
    assert "> one\n>\n> two\n\nso" in (tmp_path / "t.md").read_text(encoding="utf-8")


def test_messages_of_openai_s_api_go_out_and_come_in(
    store: ChatStore, other: ChatStore, tmp_path: Path
) -> None:
    chat = fill(store)
    path = tmp_path / "messages.json"
    export_chats(store, path, "openai", [chat])
    value = json.loads(path.read_text(encoding="utf-8"))
    assert value["messages"][0] == {"role": "system", "content": "Be brief."}
    assert [m["role"] for m in value["messages"]] == ["system"] + ["user", "assistant"] * 2
    import_chats(other, [path])
    copy = only(other)
    assert (copy.title, copy.system_prompt) == ("茶", "Be brief.")
    assert shown(other, copy.id) == shown(store, chat)


def test_parts_and_thoughts_of_openai_s_messages_are_read(store: ChatStore, tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "image_url"}, {"type": "text", "text": "lo"}]
    messages = [
        {"role": "developer", "content": "rules"},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": "Hi", "reasoning_content": "greet"},
    ]
    done = import_chats(store, [write(tmp_path / "m.json", messages)])
    assert (done.chats, done.problems) == (1, [])
    chat = only(store)
    assert (chat.title, chat.system_prompt) == ("Hello", "rules")
    ids = store.messages.path(chat.id)
    assert store.messages.get(ids[1]).thinking == "greet"


def test_a_conversation_of_lm_studio(store: ChatStore, tmp_path: Path) -> None:
    value = lm_studio(
        lm_studio_question("Tee?", "Tea?", chosen=1),
        lm_studio_answer("hmm", "Leaves.", "userStopped"),
    )
    path = write(tmp_path / "1731000000000.conversation.json", value)
    done = import_chats(store, [path])
    assert (done.chats, done.messages, done.problems) == (1, 3, [])
    chat = only(store)
    assert (chat.title, chat.system_prompt, chat.draft) == ("Tea", "Be brief.", "and then")
    assert chat.is_pinned
    assert (chat.created, chat.updated) == (1_731_000_000.0, 1_731_000_060.0)
    question, answer = store.messages.path(chat.id)
    assert len(store.messages.versions([question])[question]) == 2
    message = store.messages.get(answer)
    assert (message.content, message.thinking, message.status) == ("Leaves.", "hmm", "stopped")
    assert message.model.endswith("gpt-oss-20b-MXFP4.gguf")
    assert message.stats == {
        "prompt_tokens": 12,
        "generated_tokens": 63,
        "first_token_s": 0.4,
        "stop_reason": "cancelled",
    }
    again = import_chats(store, [path])
    assert (again.chats, again.known) == (0, 1)


def test_an_export_of_chatgpt_with_its_branches(store: ChatStore, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("user.json", "{}")
        file.writestr("conversations.json", json.dumps([chatgpt()]))
    done = import_chats(store, [archive])
    assert (done.chats, done.messages, done.problems) == (1, 5, [])
    (chat,) = store.chats.all()
    assert shown(store, chat.id) == [
        "What is tea?",
        "A drink.",
        "[image asset pointer]\n\nWhat is on it?",
        "A cup.",
    ]
    ids = store.messages.path(chat.id)
    versions = store.messages.versions(ids)[ids[1]]
    assert [store.messages.get(v).content for v in versions] == ["A plant.", "A drink."]
    answer = store.messages.get(ids[1])
    assert (answer.thinking, answer.model) == ("Looking\nIt may be tea.", "gpt-4o")
    assert answer.created == 1_700_000_000.25
    assert (chat.title, chat.updated) == ("Tea", 1_700_000_900.5)


def test_a_broken_chat_is_named_and_the_rest_is_imported(store: ChatStore, tmp_path: Path) -> None:
    huge = chatgpt() | {"title": "Huge", "conversation_id": "h"}
    huge["mapping"]["a3"] = gpt_node("a3", "q2", "user", "x" * (17 << 20), children=[])
    chats = [{"title": "Odd"}, chatgpt(), 17, huge]
    done = import_chats(
        store, [write(tmp_path / "conversations.json", chats), tmp_path / "missing.json"]
    )
    assert done.chats == 1
    said = "\n".join(done.problems)
    assert "“Odd” is no chat of a known program." in said
    assert "chat 3 is no chat" in said
    assert "“Huge” has a message of" in said
    assert "missing.json cannot be read" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[]", "has no chats"),
        (b"null", "has no chats"),
        (b"1e400", "has no chats"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"format": "ktdesk-chats", "version": 2, "chats": []}', "newer KTDesk"),
        (b'{"format": "ktdesk-chats", "version": 1, "chats": [{}]}', "has no messages"),
        (b"PK\x03\x04broken", "is not JSON"),
    ],
)
def test_hostile_files_are_named(
    store: ChatStore, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "hostile.json"
    path.write_bytes(content)
    done = import_chats(store, [path])
    assert (done.chats, len(done.problems)) == (0, 1)
    assert said in done.problems[0]


def test_circles_and_loose_ends_of_a_tree_end(store: ChatStore, tmp_path: Path) -> None:
    nodes = [
        gpt_node("a", "b", "user", "one", children=["b"]),
        gpt_node("b", "a", "assistant", "two", children=["a"]),
        gpt_node("c", "nowhere", "user", "three", children=["c", 7, None]),
        gpt_node("d", "d", "assistant", "four", children=["d"]),
        {"parent": 5},
        None,
    ]
    tree = {(node or {}).get("id", str(at)): node for at, node in enumerate(nodes)}
    chat = {"mapping": tree, "current_node": ["b"], "title": None, "create_time": "soon"}
    done = import_chats(store, [write(tmp_path / "c.json", [chat])])
    assert (done.chats, done.messages, done.problems) == (1, 4, [])


def test_a_deep_tree_is_no_deep_recursion(store: ChatStore, tmp_path: Path) -> None:
    def node(at: int) -> dict[str, Any]:
        parent = str(at - 1) if at else None
        role = "assistant" if at % 2 else "user"
        return gpt_node(str(at), parent, role, f"m{at}", children=[str(at + 1)])

    tree = {str(at): node(at) for at in reversed(range(5000))}
    chat = {"mapping": tree, "current_node": "4999", "title": "deep", "id": "x"}
    done = import_chats(store, [write(tmp_path / "d.json", chat)])
    assert (done.messages, done.problems) == (5000, [])
    (found,) = store.chats.all()
    assert shown(store, found.id)[-1] == "m4999"


def test_a_folder_is_read_with_all_below_it(store: ChatStore, tmp_path: Path) -> None:
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    value = lm_studio(lm_studio_question("hi"), name="")
    write(tmp_path / "in" / "deeper" / "1.conversation.json", value)
    (tmp_path / "in" / "notes.txt").write_text("no chat")
    done = import_chats(store, [tmp_path / "in"])
    assert (done.chats, done.problems) == (1, [])
    assert store.chats.all()[0].title == "hi"


def test_a_file_that_is_too_large_is_not_read(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ktdesk.chats.exchange.importing.MOST_BYTES", 1000)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("conversations.json", " " * 1_000_000)
    plain = tmp_path / "big.json"
    plain.write_bytes(b" " * 2000)
    done = import_chats(store, [archive, plain])
    assert ["too large" in problem for problem in done.problems] == [True, True]


def test_an_export_that_cannot_be_written_says_so(store: ChatStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ChatsError, match="cannot be written"):
        export_chats(store, tmp_path / "file" / "x.json", "json")
