# SPDX-License-Identifier: Apache-2.0
"""Bytes as text: which they are, and in what encoding."""

from __future__ import annotations

import codecs

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def is_binary(beginning: bytes) -> bool:
    """Return whether the beginning of a file is that of no text."""
    if any(beginning.startswith(mark) for mark in _MARKS):
        return False
    return b"\0" in beginning


def decode(data: bytes) -> str:
    """Return text whose lines end as in Python.

    In the encoding that its first bytes name, else UTF-8, GB 18030 as Chinese files are, or else
    Latin-1, which has a letter for every byte.
    """
    named = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    for encoding in (named, "utf-8", "gb18030"):
        if encoding:
            try:
                return _lines(data.decode(encoding))
            except UnicodeDecodeError:
                continue
    return _lines(data.decode("latin-1"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
