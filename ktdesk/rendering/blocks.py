# SPDX-License-Identifier: Apache-2.0
"""Cuts Markdown into blocks while it arrives. Only the last block can still change.

A block is a piece of text that is rendered on its own: some paragraphs and lists, a table, a
formula on lines of its own, or the inside of a fence. Blocks are bounded, so that what is
rendered again with each piece stays small, however long the text is. Knows nothing of Qt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ktdesk.rendering.cuts import FENCE, LIMIT, Block, next_block, split_lines

DEFINITIONS = 500  # of links and footnotes; a text that has more is none for people
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:[ \t]*(\S[^\n]*)$", re.MULTILINE)


@dataclass(slots=True)
class _Fence:
    """A fence without an end. rest: its last line, which is not complete."""

    indent: int
    closing: re.Pattern[str]
    language: str
    code: str = ""
    rest: str = ""

    def push(self, text: str) -> str | None:
        """Append text; return what follows the end of the fence, or None."""
        lines = (self.rest + text).splitlines(keepends=True)
        self.rest = ""
        for at, line in enumerate(lines):
            if not line.endswith("\n"):
                if at == len(lines) - 1:
                    self.rest = line
                    break
            elif self.closing.match(line.rstrip("\r\n")):
                return "".join(lines[at + 1 :])
            self.code += self._dedent(line)
        return None

    def block(self, *, is_open: bool) -> Block:
        rest = "" if self.closing.match(self.rest) else self._dedent(self.rest)
        code = (self.code + rest).rstrip("\r\n")
        return Block(code, "code", self.language, self.indent, is_open)

    def _dedent(self, line: str) -> str:
        return line[min(self.indent, len(line) - len(line.lstrip(" "))) :]


class MarkdownBlocks:
    """The blocks of a text that grows. `closed` of them are final.

    definitions: what links and footnotes refer to, by label, in the words of the text. One may
    come after the block that refers to it.
    """

    def __init__(self) -> None:
        self.closed = 0
        self.definitions: dict[str, str] = {}
        self._closed_definitions: dict[str, str] = {}
        self._blocks: list[Block] = []
        self._tail = ""  # the source of what is not closed, but for that of a fence
        self._fence: _Fence | None = None

    def push(self, text: str) -> list[int]:
        """Append text; return which closed blocks look otherwise by a new definition."""
        rest: str | None = text
        while rest is not None:
            rest = self._push_into_fence(rest) if self._fence else self._push_text(rest)
        return self._define()

    def blocks(self) -> list[Block]:
        """Return the blocks so far."""
        return self._blocks

    @property
    def _last(self) -> Block:
        return self._blocks[self.closed - 1] if self.closed else Block("")

    def _push_into_fence(self, text: str) -> str | None:
        assert self._fence
        rest = self._fence.push(text)
        self._blocks[self.closed :] = [self._fence.block(is_open=rest is None)]
        if rest is not None:
            self.closed += 1
            self._fence = None
        return rest

    def _push_text(self, text: str) -> str | None:
        """Append text outside of fences; return what is inside the one that begins."""
        self._tail += text
        lines = split_lines(self._tail, LIMIT)
        complete = lines if not lines or lines[-1].endswith("\n") else lines[:-1]
        at = 0
        while at < len(complete):
            if fence := FENCE.match(complete[at].rstrip("\r\n")):
                return self._begin_fence(fence, lines[at + 1 :])
            end, block = next_block(complete, at, self._last, is_whole=False)
            if end is None:
                break
            self._remember("".join(complete[at:end]))
            if block.source:
                self._blocks[self.closed :] = [block]
                self.closed += 1
            at = end
        self._tail = "".join(lines[at:])
        self._blocks[self.closed :] = _open_blocks(lines[at:], self._last)
        return None

    def _begin_fence(self, fence: re.Match[str], inside: list[str]) -> str:
        marks = fence[2]
        closing = re.compile(rf"^ *{re.escape(marks[0])}{{{len(marks)},}} *$")
        self._fence = _Fence(len(fence[1]), closing, fence[3].strip())
        self._tail = ""
        return "".join(inside)

    def _remember(self, source: str) -> None:
        for label, words in _definitions(source):
            if len(self._closed_definitions) < DEFINITIONS:
                self._closed_definitions.setdefault(label, words)

    def _define(self) -> list[int]:
        """Gather the definitions; return the closed blocks that mention one that has changed."""
        old, self.definitions = self.definitions, dict(self._closed_definitions)
        for label, words in _definitions(self._tail):
            self.definitions.setdefault(label, words)
        new = {label for label, words in self.definitions.items() if old.get(label) != words}
        new |= old.keys() - self.definitions.keys()
        if not new:
            return []
        marks = [f"[{label}]" for label in new]
        return [
            at
            for at, block in enumerate(self._blocks[: self.closed])
            if block.kind in ("text", "table") and mentions(block.source, marks)
        ]


def mentions(source: str, marks: list[str]) -> bool:
    """Return whether a text may refer to one of some labels, which are in brackets."""
    folded = source.casefold()
    return any(mark in folded for mark in marks)


def _definitions(source: str) -> Iterator[tuple[str, str]]:
    if "]:" in source:
        for match in _DEFINITION.finditer(source):
            yield match[1].casefold(), match[2]


def _open_blocks(lines: list[str], last: Block) -> list[Block]:
    """Return the blocks of what can still change, as far as there is something to show."""
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        if fence := FENCE.match(lines[at]):  # its line is not complete
            return [*blocks, Block("", "code", fence[3].strip(), len(fence[1]), is_open=True)]
        end, block = next_block(lines, at, last, is_whole=True)
        if block.source:
            blocks.append(block)
            last = block
        at = end or len(lines)
    return blocks
