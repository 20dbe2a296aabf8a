# SPDX-License-Identifier: Apache-2.0
"""Reading from a real terminal: what is pasted together is one message."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

READ_TWO = """
from ktdesk.cli.keyboard import read_message
print(repr(read_message("> ")))
print(repr(read_message("> ")))
"""


@pytest.fixture
def reader():
    """A program that reads two messages at a terminal, and the terminal's other end."""
    import pty

    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", READ_TWO],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    yield ours
    os.close(ours)
    program.wait()


def read_until(terminal: int, end: bytes) -> bytes:
    seen = b""
    while end not in seen:
        seen += os.read(terminal, 1000)
    return seen


def test_lines_pasted_together_are_one_message(reader: int) -> None:
    read_until(reader, b"> ")
    os.write(reader, b"one\rtwo\rthree\r")
    assert rb"'one\ntwo\nthree'" in read_until(reader, b"> ")


def test_a_typed_line_is_a_message(reader: int) -> None:
    read_until(reader, b"> ")
    os.write(reader, b"one\r")
    assert b"'one'\r\n" in read_until(reader, b"'\r\n")
    os.write(reader, b"two\r")
    assert b"'two'\r\n" in read_until(reader, b"'\r\n")


def test_a_bracketed_paste_is_one_message(reader: int) -> None:
    """Terminals that announce pastes: the library that edits lines keeps them together."""
    read_until(reader, b"> ")
    os.write(reader, b"\x1b[200~one\rtwo\x1b[201~\r")
    assert rb"'one\ntwo'" in read_until(reader, b"> ")
