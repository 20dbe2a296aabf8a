# SPDX-License-Identifier: Apache-2.0
"""Output: results to stdout; progress, notes and errors to stderr, so that results can be piped."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import unicodedata
from typing import Any, TextIO

_BAR_COLUMNS = 24


class Terminal:
    """The two output streams, with what a terminal can do only where there is one."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out, self._err = out, err
        self._is_out_terminal = self._out.isatty()
        self._has_progress = self._err.isatty()
        self._has_colours = self._has_progress and _understands_colours()
        self._progress = ""
        self._is_aside = False

    @property
    def shows_progress(self) -> bool:
        """Whether somebody sees the progress."""
        return self._has_progress

    def write(self, text: str) -> None:
        """Show part of an answer now."""
        self.clear_progress()
        self._end_aside()
        self._out.write(_harmless(text) if self._is_out_terminal else text)
        self._out.flush()

    def line(self, text: str = "") -> None:
        """Write one line of a result."""
        self.write(text + "\n")

    def json(self, value: Any) -> None:
        """Write a result for programs."""
        self.line(json.dumps(value, ensure_ascii=False, indent=2))

    def aside(self, text: str) -> None:
        """Show part of what is said before a result, in the voice of notes."""
        self.clear_progress()
        self._is_aside = True
        self._err.write(self._dim(_harmless(text)))
        self._err.flush()

    def note(self, text: str) -> None:
        """Say something beside the result, in a dim voice where the terminal has one."""
        self.clear_progress()
        self._end_aside()
        self._err.write(self._dim(_harmless(text)) + "\n")
        self._err.flush()

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._has_colours else text

    def _end_aside(self) -> None:
        """Leave an empty line below what was said aside."""
        if self._is_aside:
            self._is_aside = False
            self._err.write("\n\n")
            self._err.flush()

    def error(self, message: str, hint: str = "", *, as_json: bool = False) -> None:
        """Say what went wrong and what to do: to stderr, or as JSON in place of the result."""
        if as_json:
            self.json({"error": {"message": message, "hint": hint}})
            return
        self.clear_progress()
        self._end_aside()
        self._err.write(_harmless(f"Error: {message}\n" + (f"{hint}\n" if hint else "")))
        self._err.flush()

    def progress(self, stage: str, fraction: float) -> None:
        """Show how far something is, in place of what was shown before. fraction: 0 to 1."""
        if not self._has_progress:
            return
        filled = round(min(max(fraction, 0.0), 1.0) * _BAR_COLUMNS)
        bar = "#" * filled + "." * (_BAR_COLUMNS - filled)
        columns = shutil.get_terminal_size().columns - 1  # the last one would begin a new line
        text = _harmless(f"{bar} {fraction:4.0%}  {stage}")[:columns]
        if text != self._progress:
            self._err.write("\r" + text.ljust(len(self._progress)))
            self._err.flush()
            self._progress = text

    def clear_progress(self) -> None:
        """Take the progress off the screen."""
        if self._progress:
            self._err.write("\r" + " " * len(self._progress) + "\r")
            self._err.flush()
            self._progress = ""


def use_utf8() -> None:
    """Make the standard streams UTF-8 everywhere; what cannot be decoded or shown becomes '?'."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _understands_colours() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # The old Windows console shows escape sequences as text, unless told otherwise.
    return sys.platform != "win32" or "WT_SESSION" in os.environ


def _harmless(text: str) -> str:
    """Replace control characters: what a model writes must not drive the user's terminal."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" and c not in "\n\t" else c
        for c in text
    )
