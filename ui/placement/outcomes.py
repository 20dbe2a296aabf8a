# SPDX-License-Identifier: Apache-2.0
"""What was predicted for this model on this computer, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QLabel, QWidget

from ui.placement.words import placement_name, say, short_number

if TYPE_CHECKING:
    from ktdesk.planning.record import Outcome

_SHOWN = 6  # the newest
_WORKS: dict[str, Any] = {
    "decode": QT_TRANSLATE_NOOP("Placement", "Answer"),
    "prefill": QT_TRANSLATE_NOOP("Placement", "Prompt"),
}


class Outcomes(QLabel):
    """A line for each of the last measurements, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outcomes: Sequence[Outcome] = ()
        self.setWordWrap(True)
        self.retranslate()

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Show what was measured, the oldest first."""
        self._outcomes = outcomes
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        lines = [self._line(outcome) for outcome in reversed(self._outcomes[-_SHOWN:])]
        nothing = self.tr("Nothing has been measured of this model on this computer yet.")
        self.setText("\n".join(lines) or nothing)

    def _line(self, outcome: Outcome) -> str:
        text = self.tr("{work}: {predicted} predicted, {measured} tokens/s measured ({how}, {at})")
        return text.format(
            work=say(_WORKS[outcome.work]),
            predicted=short_number(outcome.predicted),
            measured=short_number(outcome.measured),
            how=placement_name(outcome.placement),
            at=outcome.at[:10],
        )
