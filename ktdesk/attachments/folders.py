# SPDX-License-Identifier: Apache-2.0
"""The texts of a folder: not what is hidden, ignored by Git, binary, linked, or very large."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.attachments.texts import is_binary

MOST_BYTES = 1 << 20  # of a file that was not chosen by itself
MOST_LOOKED_AT = 20_000
_NEVER = {"node_modules", "__pycache__", "venv", "target", "build", "dist"}


@dataclass(slots=True)
class Found:
    """files: in the order of their names. left_out: how many others there were, at least."""

    files: list[Path] = field(default_factory=list[Path])
    left_out: int = 0


def files_of(folder: Path) -> Found:
    """Return the texts in a folder and those below it. Links are not followed."""
    found = Found()
    for looked_at, (path, is_ignored) in enumerate(_walk(folder, ())):
        if looked_at >= MOST_LOOKED_AT:
            found.left_out += 1
            break
        if is_ignored or not _is_text(path):
            found.left_out += 1
        else:
            found.files.append(path)
    return found


def _walk(folder: Path, rules: tuple[Rule, ...]) -> Iterator[tuple[Path, bool]]:
    """Yield files, and whether they are to be left out; folders that are ignored count once."""
    rules = (*rules, *_rules_of(folder))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder, True
        return
    for entry in entries:
        path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
        is_ignored = entry.name.startswith(".") or (is_folder and entry.name in _NEVER)
        is_ignored = is_ignored or entry.is_symlink() or _ignores(rules, path, is_folder)
        if is_folder and not is_ignored:
            yield from _walk(path, rules)
        elif entry.name != ".gitignore":
            yield path, is_ignored


def _is_text(path: Path) -> bool:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return False
        with path.open("rb") as file:
            return not is_binary(file.read(8192))
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of a .gitignore. pattern: of the path below its folder."""

    folder: Path
    pattern: re.Pattern[str]
    is_negated: bool
    is_of_folders: bool


def _rules_of(folder: Path) -> Iterator[Rule]:
    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace")[:100_000].splitlines()
    except OSError:
        return
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        is_negated = text.startswith("!")
        text = text[is_negated:].removeprefix("\\")
        is_of_folders = text.endswith("/")
        yield Rule(folder, _pattern(text.rstrip("/")), is_negated, is_of_folders)


def _pattern(text: str) -> re.Pattern[str]:
    """Return what a line matches: at any depth, unless it has a slash before its end."""
    is_anchored = "/" in text
    expression = "" if is_anchored else "(?:.*/)?"
    for part in re.findall(r"/?\*\*/|/\*\*|\*+|\?|\[!?[^\]]+\]|\\.|.", text.lstrip("/"), re.DOTALL):
        if part.endswith("**/"):
            expression += "/(?:.*/)?" if part.startswith("/") else "(?:.*/)?"
        elif part == "/**":
            expression += "/.*"
        elif part[0] == "*":
            expression += "[^/]*"
        elif part == "?":
            expression += "[^/]"
        elif part[0] == "[" and len(part) > 1:
            inner = part[1:-1].replace("\\", "\\\\")
            expression += f"[^{inner[1:]}]" if inner[0] == "!" else f"[{inner}]"
        else:
            expression += re.escape(part[-1])
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:
        return re.compile(re.escape(text))


def _ignores(rules: tuple[Rule, ...], path: Path, is_folder: bool) -> bool:  # noqa: FBT001, RUF100
    """Return whether the last rule that matches says so."""
    for rule in reversed(rules):
        if rule.is_of_folders and not is_folder:
            continue
        if rule.pattern.fullmatch(path.relative_to(rule.folder).as_posix()):
            return not rule.is_negated
    return False
