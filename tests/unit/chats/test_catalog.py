# SPDX-License-Identifier: Apache-2.0
"""The list of chats, drafts and places, deletion, and what programs remember."""

from __future__ import annotations

import sys
import time

import pytest

from ktdesk.chats import ChatStore, Place, open_chats, temporary_chats
from ktdesk.chats.attachments import MOST_BYTES
from ktdesk.errors import ChatsError
from tests.unit.chats.talking import say, shown


def titles(store: ChatStore) -> list[str]:
    return [chat.title for chat in store.chats.all()]


def test_the_newest_chat_comes_first_and_a_new_question_makes_it_that(store: ChatStore) -> None:
    first = store.chats.new("first")
    store.chats.new("second")
    assert titles(store) == ["second", "first"]
    say(store, first, "q", "a")
    assert titles(store) == ["first", "second"]


def test_a_title_of_the_user_is_not_replaced(store: ChatStore) -> None:
    chat = store.chats.new()
    store.chats.suggest_title(chat, "suggested")
    store.chats.rename(chat, "  my   own ")
    store.chats.suggest_title(chat, "another")
    assert titles(store) == ["my own"]
    store.chats.rename(chat, " ")
    store.chats.suggest_title(chat, "another")
    assert titles(store) == ["another"]


def test_all_that_belongs_to_a_chat_outlives_closing(store: ChatStore) -> None:
    folder = store.chats.new_folder("work")
    chat = store.chats.new("t", folder_id=folder, settings={"top_k": 3})
    store.chats.pin(chat, is_pinned=True)
    store.chats.set_draft(chat, "half a sen\ntence")
    store.chats.set_place(chat, Place(7, 13))
    store.chats.set_system_prompt(chat, "be brief")
    store.chats.remember("panes", [chat, 2])
    store.close()
    with open_chats(store.path) as again:
        kept = again.chats.get(chat)
        assert (kept.folder_id, kept.is_pinned, kept.settings) == (folder, True, {"top_k": 3})
        assert (kept.draft, kept.place) == ("half a sen\ntence", Place(7, 13))
        assert kept.system_prompt == "be brief"
        assert again.chats.remembered("panes") == [chat, 2]
        assert again.chats.remembered("nothing", "default") == "default"


def test_a_folder_that_is_deleted_keeps_its_chats(store: ChatStore) -> None:
    folder = store.chats.new_folder("zoo")
    store.chats.new_folder("Ape")
    chat = store.chats.new("x", folder_id=folder)
    assert [f.title for f in store.chats.folders()] == ["Ape", "zoo"]
    store.chats.rename_folder(folder, "arc")
    assert [f.title for f in store.chats.folders()] == ["Ape", "arc"]
    store.chats.delete_folder(folder)
    assert store.chats.get(chat).folder_id is None


def test_a_deleted_chat_can_be_brought_back_until_it_is_purged(store: ChatStore) -> None:
    chat, other = store.chats.new("gone"), store.chats.new("here")
    say(store, chat, "one", "two")
    store.chats.delete(chat)
    assert titles(store) == ["here"]
    assert [c.id for c in store.chats.deleted()] == [chat]
    store.chats.restore(chat)
    assert shown(store, chat) == ["one", "two"]
    store.chats.delete(chat)
    assert store.chats.purge(time.time() - 60) == 0
    assert store.chats.purge(time.time() + 60) == 1
    assert store.chats.find(chat) is None
    assert not store.search("two")
    with pytest.raises(ChatsError, match="no longer there"):
        store.chats.get(chat)
    assert store.chats.find(other) is not None


def test_purging_takes_the_text_of_deleted_messages_and_their_files(store: ChatStore) -> None:
    chat = store.chats.new()
    question, answer = say(store, chat, "secret", "also")
    last = say(store, chat, "plain", "text")
    store.attachments.add(question, "a", "text/plain", b"bytes")
    kept = store.attachments.add(last[0], "b", "text/plain", b"other bytes")
    store.messages.delete([question, answer])
    store.chats.purge(time.time() + 60)
    assert shown(store, chat) == ["plain", "text"]
    assert store.messages.get(question).content == ""
    assert not store.attachments.of([question])
    assert store.attachments.read(kept) == b"other bytes"
    with store.messages._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM content").fetchone() == (1,)


def test_equal_files_are_kept_once_and_a_lost_one_is_said_to_be(store: ChatStore) -> None:
    chat = store.chats.new()
    question, _ = say(store, chat, "q", "a")
    for name in ("a.txt", "b.txt"):
        store.attachments.add(question, name, "text/plain", b"same")
    first, second = store.attachments.of([question])[question]
    assert (first.name, second.name, first.sha256) == ("a.txt", "b.txt", second.sha256)
    with store.messages._database.writing() as connection:
        assert connection.execute("SELECT count(*) FROM content").fetchone() == (1,)
        connection.execute("UPDATE content SET bytes = x'00'")
    with pytest.raises(ChatsError, match=r"a\.txt is lost"):
        store.attachments.read(first)


def test_a_file_that_is_too_large_is_refused(store: ChatStore) -> None:
    question, _ = say(store, store.chats.new(), "q", "a")
    with pytest.raises(ChatsError, match="too large"):
        store.attachments.add(question, "big", "x/y", bytes(MOST_BYTES + 1))
    assert not store.attachments.of([question])


def test_a_change_by_another_store_is_noticed_and_its_own_is_not(store: ChatStore) -> None:
    before = store.changes_of_others()
    store.chats.new("own")
    assert store.changes_of_others() == before
    with store.another() as other:
        other.chats.new("theirs")
    assert store.changes_of_others() != before
    assert titles(store) == ["theirs", "own"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders of users are theirs there")
def test_nobody_else_can_read_the_chats(store: ChatStore) -> None:
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_a_temporary_store_leaves_nothing() -> None:
    store = temporary_chats()
    assert store.is_temporary
    say(store, store.chats.new(), "q", "a")
    store.close()
    assert not store.path.parent.exists()
