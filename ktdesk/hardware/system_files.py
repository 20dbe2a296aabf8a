# SPDX-License-Identifier: Apache-2.0
"""Small files in which the system says what there is: any may be missing, garbage or forbidden."""

from __future__ import annotations

from pathlib import Path

_MOST_DIGITS = 20  # of a number of 64 bits

LINUX = Path("/")  # below which Linux says what there is; tests have made-up ones


def read_text(path: Path) -> str:
    """Return what a file says, without blanks at its ends; nothing if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, ValueError):
        return ""


def read_number(path: Path) -> int:
    """Return the number at the beginning of a file, or 0."""
    word, *_ = [*read_text(path).split(), ""]
    return number(word)


def number(word: object) -> int:
    """Return a whole number as systems write them, or 0 for anything else."""
    text = str(word).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else 0


def numbers(text: str) -> set[int]:
    """Return the numbers of a list such as '0-2,8'."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first.isdigit() and (not dash or last.isdigit()):
            # No machine has more; garbage may say so.
            found.update(range(number(first), min(number(last or first), 1 << 16) + 1))
    return found


def folders(parent: Path, pattern: str) -> list[Path]:
    """Return what lies in a folder under names of a pattern, in order; nothing if that fails."""
    try:
        return sorted(parent.glob(pattern))
    except OSError:
        return []
