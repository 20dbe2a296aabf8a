# SPDX-License-Identifier: Apache-2.0
"""Programs that are killed in the middle of an answer, and programs that write together."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ktdesk.chats import ChatStore, open_chats
from ktdesk.chats.answer_writer import AnswerWriter, Draft
from ktdesk.errors import ChatsError
from tests.small_disk import small_disk_at
from tests.unit.chats.talking import say, shown

ROOT = Path(__file__).parents[3]
EVERY_S = 0.05
LOST_S = 1.0  # of an answer, at most

# Asks, then writes an answer that grows by a letter each millisecond, and says what there is.
ANSWERING = f"""
import sys, time
from pathlib import Path
from ktdesk.chats import open_chats
from ktdesk.chats.answer_writer import AnswerWriter, Draft
store = open_chats(Path(sys.argv[1]))
chat = store.chats.new("t")
_, answer = store.messages.ask(chat, "why?", parent_id=None, model="m", settings={{}})
print("asked", answer, flush=True)
writer = AnswerWriter(store, answer, {EVERY_S})
text = ""
while True:
    text += "x"
    writer.put(Draft(text, "thought", 7))
    print(f"{{time.time():.4f}} {{len(text)}}", flush=True)
    time.sleep(0.001)
"""
WRITING = """
import sys
from pathlib import Path
from ktdesk.chats import open_chats
store = open_chats(Path(sys.argv[1]))
chat = store.chats.new(sys.argv[2])
for turn in range(40):
    parent = store.chats.get(chat).leaf_id
    _, answer = store.messages.ask(chat, f"q{turn}", parent_id=parent, model="", settings={})
    store.messages.grow(answer, "a")
    store.messages.end(answer, "done", f"a{turn}")
store.close()
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_program_that_is_killed_loses_no_more_than_a_moment(path: Path, seed: int) -> None:
    lives_s = random.Random(seed).uniform(0.0, 3.0)
    with start(ANSWERING, path) as process:
        assert process.stdout
        asked, _, answer = process.stdout.readline().strip().partition(" ")
        assert asked == "asked"
        time.sleep(lives_s)
        process.kill()
        said = [line.split() for line in process.stdout.read().splitlines()]
    whole = [(float(at), int(size)) for at, size in (line for line in said if len(line) == 2)]
    with open_chats(path) as store:
        (chat,) = store.chats.all()
        found = store.messages.get(int(answer))
        assert shown(store, chat.id)[0] == "why?"
        if found is None:  # killed before anything was stored
            assert store.messages.path(chat.id) == [chat.leaf_id]
            kept = 0
        else:
            assert (found.status, found.thinking) == ("stopped", "thought")
            kept = len(found.content)
        assert not store.search("why?") or store.search("why?")[0].chat_id == chat.id
        say(store, chat.id, "go on", "yes")
    # A busy machine may hold the writing thread up, so it has many of its rounds for the rest.
    last_s = whole[-1][0] if whole else 0.0
    assert kept >= max((size for at, size in whole if at < last_s - LOST_S), default=0)


@pytest.mark.slow
def test_an_answer_of_a_program_that_still_runs_is_left_alone(path: Path) -> None:
    with start(ANSWERING, path) as process:
        assert process.stdout
        answer = int(process.stdout.readline().split()[1])
        while int(process.stdout.readline().split()[1]) < 100:
            pass
        with open_chats(path) as store:
            assert store.messages.get(answer).status in ("pending", "streaming")
            process.kill()
            process.wait()
            assert store.messages.end_abandoned() == 1
            assert store.messages.get(answer) is None or (
                store.messages.get(answer).status == "stopped"
            )


@pytest.mark.slow
def test_three_programs_write_together_and_nothing_is_lost(path: Path) -> None:
    open_chats(path).close()
    running = [start(WRITING, path, name) for name in "abc"]
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with open_chats(path) as store:
        chats = store.chats.all()
        assert sorted(chat.title for chat in chats) == ["a", "b", "c"]
        for chat in chats:
            expected = [f"{kind}{turn}" for turn in range(40) for kind in "qa"]
            assert shown(store, chat.id) == expected
        assert len(store.search("q39 ") or store.search("q39")) == 3


def test_programs_that_begin_together_make_one_file(path: Path) -> None:
    running = [start(WRITING, path, name) for name in "ab"]
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with open_chats(path) as store:
        assert len(store.chats.all()) == 2


def test_the_writer_stores_while_nobody_waits_and_tells_of_failures(
    store: ChatStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, answer = store.messages.ask(store.chats.new(), "q", parent_id=None, model="", settings={})
    writer = AnswerWriter(store, answer, 0.01)
    writer.put(Draft("one"))
    until(lambda: store.messages.get(answer).content == "one")

    def fail(*arguments: object) -> None:
        raise ChatsError("There is no space left.")

    with monkeypatch.context() as patched:
        patched.setattr("ktdesk.chats.answers.Answers.grow", fail)
        writer.put(Draft("two"))
        until(lambda: writer.error is not None)
    until(lambda: store.messages.get(answer).content == "two")
    until(lambda: writer.error is None)
    writer.end()


def until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def say_much(store: ChatStore, chat: int) -> None:
    for turn in range(1000):
        say(store, chat, f"q{turn} " + "x" * 5000, "y" * 5000)


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "disk", 1 << 20) as disk:
        with open_chats(disk / "chats.sqlite3") as store:
            chat = store.chats.new()
            with pytest.raises(ChatsError, match="no space left"):
                say_much(store, chat)
            turns = len(store.messages.path(chat)) // 2
            assert turns > 0
            path = shown(store, chat)
        with open_chats(disk / "chats.sqlite3") as store:
            assert shown(store, chat)[: 2 * turns] == path[: 2 * turns]


@pytest.mark.parametrize("writer", [None, "", "1:2.0", "x:y", f"{os.getpid()}:7", "9" * 30 + ":1"])
def test_an_answer_whose_writer_is_nobody_was_cut_off(store: ChatStore, writer: str | None) -> None:
    _, answer = store.messages.ask(store.chats.new(), "q", parent_id=None, model="", settings={})
    store.messages.grow(answer, "half")
    assert store.messages.end_abandoned() == 0
    with store.at_once() as connection:
        connection.execute("UPDATE message SET writer = ?", (writer,))
    assert store.messages.end_abandoned() == 1
    assert store.messages.get(answer).status == "stopped"
    assert store.search("half")
