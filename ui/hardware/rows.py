# SPDX-License-Identifier: Apache-2.0
"""One line about a part: what it is called, what is known, and which setting overrules it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.hardware.machine import Machine, Program

translate = QCoreApplication.translate  # lupdate knows it by this name
_NAMED = 3
_NO_BREAK = "\u00a0"


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


class Figures:
    """Makes the rows of a machine's figures: measured ones with their day, own ones marked."""

    def __init__(self, machine: Machine) -> None:
        self._own = set(machine.overruled)
        self._day = machine.measured.measured_at.partition(" ")[0]

    def row(self, label: str, text: str, setting: str, share: float | None = None) -> Row:
        """Return the row of a figure that can be overruled, if `setting` has a name."""
        is_own = setting in self._own
        if is_own:
            text = joined(text, translate("Hardware", "your figure"))
        return Row(label, text, share, setting, is_own)

    def speed(self, label: str, bytes_per_s: float, setting: str, peak: float = 0) -> Row:
        """Return the row of a measured speed. peak: by make, 0 if unknown."""
        text = self._measured(rate(bytes_per_s) if bytes_per_s else "", setting)
        if peak:
            text = joined(text, translate("Hardware", "{speed} by make").format(speed=rate(peak)))
        share = fraction(bytes_per_s, peak) if bytes_per_s and peak else None
        return self.row(label, text, setting, share)

    def operations(self, label: str, ops_per_s: float, setting: str) -> Row:
        """Return the row of a measured rate of products."""
        is_large = ops_per_s >= 1e12
        said = f"{ops_per_s * 1e-12:.1f} TOP/s" if is_large else f"{ops_per_s * 1e-9:.0f} GOP/s"
        return self.row(label, self._measured(said if ops_per_s else "", setting), setting)

    def _measured(self, text: str, setting: str) -> str:
        if not text:
            return translate("Hardware", "not measured")
        if setting in self._own or not self._day:
            return text
        return translate("Hardware", "{speed} on {day}").format(speed=text, day=self._day)


def fraction(part: float, whole: float) -> float:
    """Return a part of a whole, 0 to 1."""
    return min(1.0, max(0.0, part / whole)) if whole else 0.0


def rate(bytes_per_s: float) -> str:
    """Return a speed as people read it."""
    return f"{format_bytes(int(bytes_per_s))}/s"


def joined(*parts: str) -> str:
    """Return what is known of the parts in one line, which breaks after a dot if it must."""
    return f"{_NO_BREAK}· ".join(part for part in parts if part)


def names(programs: Iterable[Program]) -> str:
    """Return the largest programs with their memory, where that is known."""
    return ", ".join(
        f"{program.name} ({format_bytes(program.memory_bytes)})"
        if program.memory_bytes
        else program.name
        for program in list(programs)[:_NAMED]
    )
