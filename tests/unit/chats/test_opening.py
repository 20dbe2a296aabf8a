# SPDX-License-Identifier: Apache-2.0
"""Files that are old, new, damaged, of another program, or on a full disk."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ktdesk.chats import ChatStore, open_chats
from ktdesk.chats.database import damage_mark
from ktdesk.chats.opening import BACKUPS
from ktdesk.chats.schema import STEPS
from ktdesk.errors import ChatsError
from tests.unit.chats.talking import say, shown

NEXT = (*STEPS, "ALTER TABLE chat ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';")
BROKEN = (*STEPS, "ALTER TABLE chat ADD COLUMN colour TEXT;\nINSERT INTO nowhere VALUES (1);")


def fill(path: Path, chats: int = 3) -> None:
    with open_chats(path) as store, store.messages._database.writing():
        for at in range(chats):
            chat = store.chats.new(f"chat {at}")
            for turn in range(20):
                say(store, chat, f"question {turn} " + "x" * 300, f"answer {turn} " + "y" * 900)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_file_is_brought_forward_with_all_it_has_after_a_backup(path: Path) -> None:
    fill(path)
    with open_chats(path, NEXT) as store:
        assert len(store.chats.all()) == 3
    assert version(path) == len(NEXT)
    (backup,) = (path.parent / "backups").iterdir()
    assert version(backup) == len(STEPS)
    with open_chats(backup) as old:
        assert len(shown(old, old.chats.all()[0].id)) == 40


def test_a_step_that_fails_changes_nothing(path: Path) -> None:
    fill(path)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            open_chats(path, BROKEN)
    assert version(path) == len(STEPS)
    with open_chats(path, NEXT) as store:
        assert len(store.chats.all()) == 3


def test_three_backups_are_kept(path: Path) -> None:
    fill(path, 1)
    steps = STEPS
    for number in range(BACKUPS + 2):
        steps = (*steps, f"CREATE TABLE extra{number} (id INTEGER);")
        open_chats(path, steps).close()
    kept = sorted(map(version, (path.parent / "backups").iterdir()))
    assert kept == [len(steps) - 3, len(steps) - 2, len(steps) - 1]


def test_a_newer_file_is_refused_in_words_and_not_touched(path: Path) -> None:
    open_chats(path, NEXT).close()
    before = path.read_bytes()
    with pytest.raises(ChatsError, match="newer KTDesk") as caught:
        open_chats(path)
    assert str(path) in caught.value.hint
    assert path.read_bytes() == before
    assert not (path.parent / "backups").exists()


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 7")
    with pytest.raises(ChatsError):
        open_chats(path)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 1000, b"SQLite format 3\0" + b"x" * 90]
)
def test_what_is_no_database_is_set_aside_and_told(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with open_chats(path) as store:
        assert store.recovery is not None
        assert (store.recovery.chats, store.recovery.messages) == (0, 0)
        assert store.recovery.set_aside.read_bytes() == content
        say(store, store.chats.new(), "q", "a")
    with open_chats(path) as store:
        assert store.recovery is None
        assert len(store.chats.all()) == 1


def test_a_truncated_file_gives_what_is_left_of_it(path: Path) -> None:
    fill(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with open_chats(path) as store:
        found = store.recovery or use_up(store)
    if isinstance(found, ChatsError):  # the damage was met in use: now it is mended
        with open_chats(path) as store:
            found = store.recovery
    assert found is not None
    assert 0 < found.messages < 120
    with open_chats(path) as store:
        assert use_up(store) is None


def use_up(store: ChatStore) -> ChatsError | None:
    """Read everything, and write; return the error that ended it."""
    try:
        for chat in store.chats.all():
            shown(store, chat.id)
            say(store, chat.id, "and now?", "yes")
        store.search("answer")
        store.search("x y")
    except ChatsError as error:
        return error
    return None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_damage_is_more_than_an_error_and_the_next_start_mends_it(path: Path, seed: int) -> None:
    fill(path)
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 8))):
        at = chance.randrange(0, len(content) - 64)
        content[at : at + 64] = chance.randbytes(64)
    path.write_bytes(content)
    try:
        with open_chats(path) as store:
            error = use_up(store)
            recovered = store.recovery
    except ChatsError:
        error, recovered = None, None
    if error:
        assert damage_mark(path).exists()
    with open_chats(path) as store:
        again = use_up(store)
        recovered = store.recovery or recovered
    assert again is None or damage_mark(path).exists()
    if recovered:
        assert recovered.set_aside.exists()


def test_a_damaged_index_of_words_is_made_anew(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE message_words_data SET block = x'00' WHERE id > 10")
        connection.commit()
    with open_chats(path) as store, pytest.raises(ChatsError, match="damaged"):
        store.search("answer 7")
    with open_chats(path) as store:
        assert store.recovery is None
        assert len(store.search("answer 7")) == 3
    assert not damage_mark(path).exists()


def test_links_in_a_circle_end(path: Path) -> None:
    fill(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE message SET parent_id = 20 WHERE id = 3")
        connection.commit()
    with open_chats(path) as store:
        chat = store.chats.all()[0].id
        assert len(store.messages.path(chat)) == 38
        store.messages.choose(3)
        store.messages.branch(30)
        assert len(store.messages.parents(chat)) == 40


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ChatsError, match="cannot be used"):
        open_chats(tmp_path / "file" / "chats.sqlite3")


def test_a_full_disk_is_an_error_in_words_and_loses_nothing_stored(store: ChatStore) -> None:
    chat = store.chats.new()
    say(store, chat, "q", "a")
    with store.messages._database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")  # as SQLite sees a disk that is full
    with pytest.raises(ChatsError, match="no space left"):
        say(store, chat, "x" * 200_000, "y")
    assert shown(store, chat) == ["q", "a"]
    with store.messages._database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    say(store, chat, "more", "room")
    assert shown(store, chat) == ["q", "a", "more", "room"]


def test_a_program_that_writes_for_too_long_is_named(store: ChatStore, monkeypatch) -> None:
    monkeypatch.setattr("ktdesk.chats.database.BUSY_S", 0.05)
    said = pytest.raises(ChatsError, match="Another program")
    with store.another() as other, store.messages._database.writing(), said:
        other.chats.new("x")
