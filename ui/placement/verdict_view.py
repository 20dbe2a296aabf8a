# SPDX-License-Identifier: Apache-2.0
"""Whether the model runs, why not, what would help, and how fast it would be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ui.placement.words import FITS, LIMITS, device_name, joined, range_text, saving_text, word

if TYPE_CHECKING:
    from ktdesk.planning.plan import Plan


class VerdictView(QFrame):
    """A sentence, its reasons, and what to change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verdict")
        self._plan: Plan | None = None
        self._fit, self._reasons, self._speed = (QLabel(self) for _ in range(3))
        self._fit.setObjectName("heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        for label in (self._fit, self._reasons, self._speed):
            label.setWordWrap(True)
            column.addWidget(label)
        self.retranslate()

    @property
    def text(self) -> str:
        """All that is said."""
        texts = (label.text() for label in (self._fit, self._reasons, self._speed))
        return "\n".join(filter(None, texts))

    def show_plan(self, plan: Plan | None) -> None:
        """Say it of another plan."""
        self._plan = plan
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        plan = self._plan
        self.setVisible(plan is not None)
        if plan is None:
            return
        self._colour(str(plan.verdict.fit))
        disk = format_bytes(plan.verdict.disk_bytes)
        self._fit.setText(
            self.tr("{verdict}.").format(verdict=word(FITS, plan.verdict.fit).format(disk=disk))
        )
        reasons = "\n".join(self._reason_texts(plan))
        self._reasons.setText(reasons)
        self._reasons.setVisible(bool(reasons))
        self._speed.setText(self._speed_text(plan))
        self.setAccessibleName(self.text)

    def _colour(self, fit: str) -> None:
        if self.property("fit") == fit:
            return
        self.setProperty("fit", fit)
        for widget in (self, self._fit, self._reasons, self._speed):
            self.style().unpolish(widget)  # style sheets look at properties only once
            self.style().polish(widget)

    def _reason_texts(self, plan: Plan) -> Iterator[str]:
        for shortage in plan.verdict.shortages:
            text = self.tr("{device} is short by {missing}.")
            missing = format_bytes(shortage.missing_bytes)
            yield text.format(device=device_name(shortage.card), missing=missing)
        if plan.savings:
            found = joined([saving_text(saving) for saving in plan.savings])
            yield self.tr("What would help: {savings}.").format(savings=found)

    def _speed_text(self, plan: Plan) -> str:
        speed = next(iter(plan.decode.values()))
        return self.tr("Answers at about {speed}, limited by {limit}.").format(
            speed=range_text(speed.tokens_per_s), limit=word(LIMITS, speed.limit)
        )
