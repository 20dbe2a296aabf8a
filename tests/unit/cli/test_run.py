# SPDX-License-Identifier: Apache-2.0
"""`ktdesk run`: one question, from words, a pipe and files."""

from __future__ import annotations

import json
import signal
from types import SimpleNamespace

import pytest

from ktdesk.attachments import split
from ktdesk.runtime.request import Done, Message, Token
from tests.unit.cli.conftest import STATS


@pytest.fixture(autouse=True)
def nothing_piped(typed) -> None:
    typed("")


def asked(engine) -> str:
    return engine.requests[-1].messages[-1].content


def test_the_answer_alone_goes_to_stdout(ktdesk, model, engine) -> None:
    done = ktdesk("run", model, "Why?")
    assert (done.code, done.out) == (0, "Hello, world\n")
    assert engine.requests[0].messages == (Message("user", "Why?"),)
    assert "Small model" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("Why", "is", "it", "so?"),
        ("--temperature", 0, "Why is it so?"),
        ("Why is", "--temperature", 0, "it so?"),
    ],
)
def test_words_may_stand_before_and_behind_options(ktdesk, model, engine, words) -> None:
    assert ktdesk("run", model, *words).code == 0
    assert asked(engine) == "Why is it so?"


def test_what_is_piped_in_comes_before_the_question(ktdesk, model, engine, typed) -> None:
    typed("def f():\n    ```\n    pass\n")
    ktdesk("run", model, "explain")
    (piped,), question = split(asked(engine))
    assert (piped.text, question) == ("def f():\n    ```\n    pass", "explain")


def test_without_a_question_the_pipe_is_it(ktdesk, model, engine, typed) -> None:
    typed("Why?\n")
    ktdesk("run", model)
    assert asked(engine) == "Why?\n"


def test_a_terminal_is_not_waited_for(ktdesk, model, engine, monkeypatch) -> None:
    def read() -> str:
        raise AssertionError("nobody was to type")

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True, read=read))
    assert ktdesk("run", model, "Why?").code == 0
    assert asked(engine) == "Why?"


@pytest.mark.parametrize("words", [(), ("",), ("  ",)])
def test_asking_nothing_is_wrong_use(ktdesk, model, engine, words) -> None:
    done = ktdesk("run", model, *words)
    assert (done.code, done.out, engine.requests) == (2, "", [])
    assert "Nothing is asked." in done.err


def test_files_and_folders_go_with_the_question(ktdesk, model, engine, tmp_path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("a = 1")
    (tmp_path / "code" / "b.bin").write_bytes(bytes(64))
    (tmp_path / "note.txt").write_text("A note")
    where = ("--attach", tmp_path / "note.txt", "--attach", tmp_path / "code")
    done = ktdesk("run", model, *where, "What is here?")
    files, question = split(asked(engine))
    assert [(file.name, file.text) for file in files] == [
        ("note.txt", "A note"),
        ("code/a.py", "a = 1"),
    ]
    assert question == "What is here?"
    assert "Of the folder code, 1 files were left out" in done.err


def test_an_image_is_said_not_to_be_seen(ktdesk, model, engine, tmp_path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG")
    done = ktdesk("run", model, "--attach", tmp_path / "cat.png", "What is it?")
    assert done.code == 0
    assert "cat.png: the model cannot see images." in done.err


@pytest.mark.parametrize("name", ["none.txt", "bytes.bin", "empty"])
def test_what_cannot_be_attached_stops_before_loading(
    ktdesk, model, engine, tmp_path, name
) -> None:
    (tmp_path / "bytes.bin").write_bytes(bytes(64))
    (tmp_path / "empty").mkdir()
    done = ktdesk("run", model, "--attach", tmp_path / name, "x")
    assert (done.code, done.out, engine.info) == (1, "", None)
    assert name in done.err


def test_demo_is_the_demo_model(ktdesk, model, engine, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    built = SimpleNamespace(deepseek2=model)
    monkeypatch.setattr("ktdesk.library.demo.demo_models", lambda *_, **__: built)
    assert ktdesk("run", "demo", "Why?").code == 0
    assert engine.info.path == model


def test_json_is_one_object(ktdesk, model) -> None:
    done = ktdesk("run", model, "Why?", "--json")
    result = json.loads(done.out)
    assert (result["text"], result["tokens"], result["reason"]) == (
        "Hello, world",
        [7, 8, 9],
        "end",
    )
    assert done.err == ""


def test_a_raw_prompt_goes_as_it_is(ktdesk, model, engine, typed) -> None:
    typed("Once upon ")
    ktdesk("run", model, "--raw", "a time")
    assert (engine.requests[0].prompt, engine.requests[0].messages) == ("Once upon a time", ())


def test_ctrl_c_keeps_what_was_said(ktdesk, model, engine) -> None:
    def events(request):
        yield Token(1, "Hel")
        signal.raise_signal(signal.SIGINT)
        yield Done("cancelled", STATS)

    engine.events = events
    done = ktdesk("run", model, "Why?")
    assert (done.code, done.out) == (130, "Hel\n")


def test_a_conversation_begins_with_what_is_attached(
    ktdesk, model, engine, tmp_path, monkeypatch
) -> None:
    (tmp_path / "note.txt").write_text("A note")
    lines = iter(["What is it?", "And now?", "/exit"])
    monkeypatch.setattr("builtins.input", lambda *_: next(lines))
    ktdesk("chat", "--model", model, "--attach", tmp_path / "note.txt")
    first, second = (request.messages[-1].content for request in engine.requests)
    (note,), question = split(first)
    assert (note.text, question, second) == ("A note", "What is it?", "And now?")
