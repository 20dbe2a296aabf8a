# SPDX-License-Identifier: Apache-2.0
"""Reading what people type or paste."""

from __future__ import annotations

import sys
from contextlib import suppress

PASTE_GAP_S = 0.05  # lines that follow each other sooner were pasted, not typed


def read_message(prompt: str) -> str:
    """Return the next line; at a terminal, all lines that were pasted together.

    Raises EOFError at the end of the input.
    """
    if not sys.stdin.isatty():
        return input()
    with suppress(ImportError):
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport] - makes lines editable
    lines = [input(prompt)]
    while _has_more():
        lines.append(input())
    return "\n".join(lines)


def _has_more() -> bool:
    if sys.platform == "win32":
        import msvcrt
        import time

        time.sleep(PASTE_GAP_S)
        return msvcrt.kbhit()
    import select

    return bool(select.select([sys.stdin], [], [], PASTE_GAP_S)[0])
