# SPDX-License-Identifier: Apache-2.0
"""Cuts Markdown into blocks while it arrives. Only the last block can still change.

A block is a piece of text that is rendered on its own: paragraphs, a list with all its items, a
table; or the lines of one fenced code block. Knows nothing of Qt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,}) *([^`]*)$")
_ITEM = re.compile(r"^ {0,3}([-*+]|\d{1,9}[.)])( |$)")
_HALF_FENCE = re.compile(r"^ *(`{1,2}|~{1,2})$")


@dataclass(frozen=True, slots=True)
class Block:
    """source: Markdown, or the code itself. language: what follows the fence; None: no code."""

    source: str
    language: str | None = None

    @property
    def is_code(self) -> bool:
        """Whether this is the inside of a fence."""
        return self.language is not None


class MarkdownBlocks:
    """The blocks of a text that grows. `closed` of them are final."""

    def __init__(self) -> None:
        self.closed = 0
        self._blocks: list[Block] = []
        self._tail = ""  # the source of what is not closed

    def push(self, text: str) -> None:
        """Append text."""
        self._tail += text
        complete = self._tail[: self._tail.rfind("\n") + 1]  # half a line decides nothing
        pieces = list(_split(_LINE.findall(complete)))
        for block, length in pieces[:-1]:
            self._blocks[self.closed :] = [block]
            self.closed += 1
            self._tail = self._tail[length:]
        rest = _split(_LINE.findall(self._tail), is_open=True)
        self._blocks[self.closed :] = [block for block, _ in rest]

    def blocks(self) -> list[Block]:
        """Return the blocks so far."""
        return self._blocks


def _split(lines: list[str], *, is_open: bool = False) -> Iterator[tuple[Block, int]]:
    """Yield blocks with the length of their source. is_open: the last line may be half a line."""
    start = 0
    while start < len(lines):
        fence = _FENCE.match(lines[start].rstrip("\r\n"))
        if fence:
            end, block = _code(lines, start, fence)
        else:
            end = _text_end(lines, start)
            shown = lines[start:end]
            if is_open and end == len(lines) and _HALF_FENCE.match(shown[-1]):
                shown = shown[:-1]  # what may become a fence is not shown as text
            block = Block("".join(shown).strip("\n"))
        yield block, sum(map(len, lines[start:end]))
        start = end


def _code(lines: list[str], start: int, fence: re.Match[str]) -> tuple[int, Block]:
    """Return where a fenced block ends, and the block. Without an end it goes to the last line."""
    indent, marks, info = len(fence[1]), fence[2], fence[3].strip()
    closing = re.compile(rf"^ *{re.escape(marks[0])}{{{len(marks)},}} *$")
    for end in range(start + 1, len(lines)):
        if closing.match(lines[end].rstrip("\r\n")):
            return end + 1, Block(_dedent(lines[start + 1 : end], indent), info)
    return len(lines), Block(_dedent(lines[start + 1 :], indent), info)


def _dedent(lines: list[str], indent: int) -> str:
    """Return code without the indentation that its fence has."""
    cut = (line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines)
    return "".join(cut).rstrip("\r\n")


def _text_end(lines: list[str], start: int) -> int:
    """Return the line after a block of text: at a fence, or after blank lines outside a list."""
    has_text, in_list, after_blank = False, False, False
    for at in range(start, len(lines)):
        line = lines[at]
        if _FENCE.match(line.rstrip("\r\n")):
            return at
        if not line.strip():
            after_blank = has_text
            continue
        is_item = bool(_ITEM.match(line))
        if after_blank and not (in_list and (is_item or line.startswith(("  ", "\t")))):
            return at
        has_text, in_list, after_blank = True, in_list or is_item, False
    return len(lines)
