# SPDX-License-Identifier: Apache-2.0
"""Formulas in TeX as pictures, drawn by ziamath; letters that its font lacks are the reader's.

What cannot be drawn, or would take long, has no picture: then the source is shown. ziamath's time
doubles with every level of nesting, so a formula has a budget.
"""

from __future__ import annotations

import importlib
import logging
import re
import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

BUDGET = 3000  # a character costs 2 to the power of its depth
_FORBIDDEN = re.compile(r"\\(def|edef|gdef|let|newcommand|renewcommand|input|include|require)\b")
_LETTER = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|textbf|mbox|operatorname)\{([^{}]*)\}")
_STAND_IN = re.compile(r'<path d="([^"]*)" fill="#f0([0-9a-f]{4})" ?/>')
_BOX = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')
_POINT = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_CAP = 0.655  # height of the letter that stands in for others, as a part of the size

_loaded = threading.Event()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Formula:
    """svg: the picture. The line that letters stand on is `ascent` below its top, in pixels."""

    svg: str
    width: float
    ascent: float
    descent: float


def can_draw() -> bool:
    """Return whether formulas can be drawn yet; else `load` is to be called first."""
    return _loaded.is_set()


def load() -> None:
    """Load what draws formulas. Takes some tenths of a second, so it has a thread of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it finds its font
        importlib.import_module("ziamath.zmath")
    _loaded.set()


@lru_cache(maxsize=1000)
def draw_formula(tex: str, size: float, colour: str, *, is_inline: bool) -> Formula | None:
    """Return a formula in a size in pixels and a colour like '#ffffff'; None if it has no picture.

    The pictures used last are kept.
    """
    if not tex.strip() or _cost(tex) > BUDGET or _FORBIDDEN.search(tex):
        return None
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # Qt draws no symbols
        safe, letters = _with_stand_ins(tex)
        drawn = Latex(safe, size=size, color=colour, inline=is_inline)
        svg: str = drawn.svg()
    except Exception as fault:  # noqa: BLE001 - whatever its parser makes of a model's text
        _log.debug("no picture of a formula: %s", fault)
        return None
    box = _BOX.search(svg)
    if not box:
        return None
    top, width, height = (float(box[at]) for at in (2, 3, 4))
    svg = _STAND_IN.sub(lambda match: _letter(match, letters, colour), svg)
    return Formula(svg, width, -top, height + top)


def _cost(tex: str) -> int:
    cost, depth = 0, 0
    for part in re.findall(r"\\left|\\right|\\begin|\\end|\\.|.", tex, re.DOTALL):
        if part in ("{", "\\left", "\\begin"):
            depth += 1
        elif part in ("}", "\\right", "\\end"):
            depth -= 1
        cost += 2 ** min(max(depth, 0), 20)
    return cost


def _with_stand_ins(tex: str) -> tuple[str, list[str]]:
    """Return TeX in which each letter that the font lacks is another in a colour of its own."""
    letters: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        letters.append(match[0])
        return rf"\textcolor{{#f0{len(letters) - 1:04x}}}{{\mathrm{{M}}}}"

    def in_text(match: re.Match[str]) -> str:
        pieces = re.split(f"({_LETTER.pattern})", match[1])
        if len(pieces) == 1:
            return match[0]
        return "".join(
            piece if at % 2 else rf"\text{{{piece}}}" for at, piece in enumerate(pieces) if piece
        )

    return _LETTER.sub(stand_in, _TEXT.sub(in_text, tex)), letters


def _letter(match: re.Match[str], letters: list[str], colour: str) -> str:
    """Return a letter for the one that stands in for it."""
    points = [(float(x), float(y)) for x, y in _POINT.findall(match[1])]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    size = (bottom - top) / _CAP
    letter = escape(letters[int(match[2], 16)])
    return (
        f'<text x="{(left + right) / 2:.2f}" y="{bottom:.2f}" font-size="{size:.2f}" '
        f'fill="{colour}" text-anchor="middle">{letter}</text>'
    )
