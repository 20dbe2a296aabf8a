# SPDX-License-Identifier: Apache-2.0
"""One line about a part: what it is called, what is known, and which setting overrules it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.hardware.machine import Program

translate = QCoreApplication.translate  # lupdate knows it by this name
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """label: empty for what a section, or the rows that follow, are about.

    share: of a bar, 0 to 1; None for no bar. setting: its name in [hardware], empty for what
    cannot be overruled. is_own: it is the user's figure. is_faint: it counts less.
    """

    label: str
    text: str
    share: float | None = None
    setting: str = ""
    is_own: bool = False
    is_faint: bool = False


def figure(
    label: str, text: str, setting: str, own: Iterable[str], share: float | None = None
) -> Row:
    """Return the row of a figure that can be overruled. own: the settings that do."""
    is_own = setting in own
    if is_own:
        text = joined(text, translate("Hardware", "your figure"))
    return Row(label, text, share, setting, is_own)


def speed(
    label: str, bytes_per_s: float, setting: str, own: Iterable[str], when: str, peak: float = 0
) -> Row:
    """Return the row of a measured speed. peak: by make. when: it was measured."""
    text = f"{format_bytes(int(bytes_per_s))}/s" if bytes_per_s else ""
    most = f"{format_bytes(int(peak))}/s" if peak else ""
    return _measured(label, text, setting, own, when, (bytes_per_s, peak), most)


def operations(label: str, ops_per_s: float, setting: str, own: Iterable[str], when: str) -> Row:
    """Return the row of a measured rate of products."""
    text = ""
    if ops_per_s:
        text = f"{ops_per_s * 1e-9:.0f} GOP/s"
        if ops_per_s >= 1e12:
            text = f"{ops_per_s * 1e-12:.1f} TOP/s"
    return _measured(label, text, setting, own, when)


def _measured(
    label: str,
    text: str,
    setting: str,
    own: Iterable[str],
    when: str,
    of: tuple[float, float] = (0, 0),
    most: str = "",
) -> Row:
    day = when.partition(" ")[0]
    if not text:
        text = translate("Hardware", "not measured")
    elif setting not in own and day:
        text = translate("Hardware", "{speed} on {day}").format(speed=text, day=day)
    if most:
        text = joined(text, translate("Hardware", "{speed} by make").format(speed=most))
    share = fraction(*of) if all(of) else None
    return figure(label, text, setting, own, share)


def fraction(part: float, whole: float) -> float:
    """Return a part of a whole, 0 to 1."""
    return min(1.0, max(0.0, part / whole)) if whole else 0.0


def joined(*parts: str) -> str:
    """Return what is known of the parts in one line."""
    return " · ".join(part for part in parts if part)


def names(programs: Iterable[Program]) -> str:
    """Return the largest programs with their memory, where that is known."""
    return ", ".join(
        f"{program.name} ({format_bytes(program.memory_bytes)})"
        if program.memory_bytes
        else program.name
        for program in list(programs)[:_NAMED]
    )
