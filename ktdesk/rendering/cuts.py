# SPDX-License-Identifier: Apache-2.0
"""Where a block of Markdown ends. Decided by the lines up to there, so that no more can change it.

Only a table's header needs the line below it, and a formula its end. Knows nothing of Qt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SECTION = 1200  # characters after which a paragraph ends a block
LIMIT = 3000  # characters after which a block is cut, wherever that is

Kind = Literal["text", "code", "table", "formula"]

FENCE = re.compile(r"^( *)(`{3,}|~{3,}) *([^`\n]*)$")
_ITEM = re.compile(r"^ {0,3}([-*+]|\d{1,9}[.)])( |$)")
_HALF = re.compile(r"^ *(`{1,2}|~{1,2}|\|.*)$")  # what may become a fence or a table
_RULER = re.compile(r"^ {0,3}\|?( *:?-+:? *\|)+( *:?-+:? *)?\|?\s*$")
_FORMULA = re.compile(r"^( *)(\$\$|\\\[)")
_FORMULA_END = {"$$": "$$", "\\[": "\\]"}


@dataclass(frozen=True, slots=True)
class Block:
    """source: Markdown, the code, or the TeX. language: of code, what follows the fence.

    indent: spaces before a block within a list. is_open: its end has not come yet.
    """

    source: str
    kind: Kind = "text"
    language: str = ""
    indent: int = 0
    is_open: bool = False


_NOTHING = Block("")
Found = tuple[int | None, Block]  # where a block ends, None if that is not known yet; the block


def split_lines(text: str, limit: int) -> list[str]:
    """Return the lines with their ends; those longer than a limit in pieces."""
    lines: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        rest = line
        while len(rest) > limit:
            cut = rest.rfind(" ", limit // 2, limit) + 1 or limit
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return lines


def next_block(lines: list[str], start: int, last: Block, *, is_whole: bool) -> Found:
    """Return the block that begins at a line, and its end. It is no fence.

    last: the block before it. is_whole: these are all lines, and the last may be half a line.
    """
    if formula := _FORMULA.match(lines[start]):
        found = _formula(lines, start, formula, is_whole=is_whole)
        if found:
            return found
    head = _head(last) if last.kind == "table" and _is_row(lines[start]) else ""
    if head or _is_table(lines, start):
        end = _table_end(lines, start, 0 if head else 2)
        block = Block(head + "".join(lines[start:end]).strip("\n"), "table")
    else:
        inside = last.indent if last.indent <= _indent_of(lines, start) else 0
        end = _text_end(lines, start, inside, is_whole=is_whole)
        shown = lines[start:end]
        if is_whole and end == len(lines) and _is_half(shown[-1]):
            shown = shown[:-1]
        cut = [line[min(inside, _indent(line)) :] for line in shown]
        block = Block("".join(cut).strip("\n"), indent=inside)
    return (end if end < len(lines) or is_whole else None), block


def _is_half(line: str) -> bool:
    """Return whether a line is not to be shown as text, since it may become something else."""
    return not line.endswith("\n") and bool(_HALF.match(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _indent_of(lines: list[str], start: int) -> int:
    """Return the indentation of the first line that is not blank."""
    return next((_indent(line) for line in lines[start:] if line.strip()), 0)


def _formula(lines: list[str], start: int, match: re.Match[str], *, is_whole: bool) -> Found | None:
    """Return a formula on lines of its own, and its end; None if it is a part of a text."""
    indent, closing = len(match[1]), _FORMULA_END[match[2]]
    body, length = lines[start][match.end() :], 0
    for at in range(start, len(lines)):
        length += len(lines[at])
        here = body if at == start else lines[at]
        if length > LIMIT or not lines[at].strip():
            return None
        if closing in here:
            before, _, after = here.partition(closing)
            if after.strip():
                return None
            inner = [before] if at == start else [body, *lines[start + 1 : at], before]
            return at + 1, Block("".join(inner).strip(), "formula", indent=indent)
    if not is_whole:
        return None, _NOTHING
    source = "".join([body, *lines[start + 1 :]]).strip()
    return len(lines), Block(source, "formula", indent=indent, is_open=True)


def _is_table(lines: list[str], start: int) -> bool:
    """Return whether a header and the line below it make a table."""
    if start + 1 >= len(lines) or not _is_row(lines[start]):
        return False
    ruler = lines[start + 1]
    return bool(_RULER.match(ruler)) and _cells(lines[start]) == _cells(ruler)


def _is_row(line: str) -> bool:
    return "|" in line and not line.startswith("    ")


def _cells(line: str) -> int:
    """Return how many columns a row of a table has."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return len(re.findall(r"(?<!\\)\|", inner)) + 1


def _head(table: Block) -> str:
    """Return the header of a table, which the rows after a cut need again."""
    return "".join(line + "\n" for line in table.source.split("\n")[:2])


def _table_end(lines: list[str], start: int, header: int) -> int:
    """Return the line after the rows. header: how many lines to begin with are none."""
    length = 0
    for at in range(start, len(lines)):
        length += len(lines[at])
        is_first = at <= start + header
        if at >= start + header and not _is_row(lines[at]):
            return at
        if length > LIMIT and not is_first:
            return at
    return len(lines)


def _text_end(lines: list[str], start: int, inside: int, *, is_whole: bool) -> int:
    """Return the line after a block of text.

    That is at a fence, formula or table; after a paragraph or list, if the block is long enough;
    where the lines are no longer `inside` an item; and at the last item before its limit, or else
    at the limit.
    """
    has_text, in_list, after_blank = False, False, False
    length, last_item = 0, start
    for at in range(start, len(lines)):
        line = lines[at]
        length += len(line)
        if at > start and length > LIMIT:
            return last_item if last_item > start else at
        if at > start and FENCE.match(line.rstrip("\r\n")):
            return at
        if not line.strip():
            after_blank = has_text
            continue
        if at > start and (formula := _FORMULA.match(line)):
            found = _formula(lines, at, formula, is_whole=is_whole)
            if found:
                return len(lines) if found[0] is None else at
        if has_text and not in_list and _is_table(lines, at):
            return at
        if has_text and _indent(line) < inside:
            return at
        is_item = bool(_ITEM.match(line))
        if after_blank and not (in_list and (is_item or line.startswith(("  ", "\t")))):
            if length - len(line) >= SECTION:
                return at
            in_list = False
        last_item = at if is_item and at > start else last_item
        has_text, in_list, after_blank = True, in_list or is_item, False
    return len(lines)
