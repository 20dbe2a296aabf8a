# SPDX-License-Identifier: Apache-2.0
"""What is shown to a person at a terminal, and what to a program behind a pipe."""

from __future__ import annotations

import io

import pytest

from ktdesk.cli.terminal import Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A terminal that shows colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("WT_SESSION", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Screen()


def visible(written: str) -> str:
    """Return what one line of a terminal shows after all this was written to it."""
    line: list[str] = []
    for part in written.split("\r"):
        line[: len(part)] = part
    return "".join(line).rstrip()


def test_progress_replaces_itself_and_gives_way_to_the_answer(screen: Screen) -> None:
    terminal = Terminal(screen, screen)
    terminal.progress("Reading the weights", 0.5)
    assert visible(screen.getvalue()) == "############............  50%  Reading the weights"
    terminal.progress("Ready", 1)
    assert visible(screen.getvalue()) == "######################## 100%  Ready"
    terminal.write("Hello")
    assert visible(screen.getvalue()) == "Hello"


def test_progress_keeps_to_its_line(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    Terminal(screen, screen).progress("Reading the weights of a large model", 0.5)
    assert visible(screen.getvalue()) == "############............  50%  Reading"


def test_a_model_cannot_drive_the_terminal(screen: Screen) -> None:
    Terminal(screen, screen).write("a\x1b]0;title\x07\tb\nc\x9b2J")
    assert screen.getvalue() == "a\ufffd]0;title\ufffd\tb\nc\ufffd2J"


def test_notes_are_dim(screen: Screen) -> None:
    Terminal(screen, screen).note("aside")
    assert screen.getvalue() == "\x1b[2maside\x1b[0m\n"


def test_reasoning_is_dim_and_stands_above_the_answer(screen: Screen) -> None:
    terminal = Terminal(screen, screen)
    terminal.aside("One")
    terminal.aside(" two\x07")
    terminal.write("Three")
    terminal.write(".")
    dim = "\x1b[2mOne\x1b[0m\x1b[2m two\ufffd\x1b[0m"
    assert screen.getvalue() == f"{dim}\n\nThree."


def test_colours_can_be_refused(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    Terminal(screen, screen).note("aside")
    assert screen.getvalue() == "aside\n"


def test_a_pipe_gets_the_text_and_nothing_else() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err)
    terminal.progress("Reading", 0.5)
    terminal.write("a\x1b[1m")
    terminal.note("aside")
    assert (out.getvalue(), err.getvalue()) == ("a\x1b[1m", "aside\n")
