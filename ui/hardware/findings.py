# SPDX-License-Identifier: Apache-2.0
"""What keeps the machine from its best, the worst first, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ktdesk.hardware.verdicts import Severity, Verdict
from ui.hardware.verdict_texts import verdict_words
from ui.theme import Theme

_ICONS: dict[Severity, tuple[str, str]] = {  # and their colours
    "problem": ("problem", "warning_text"),
    "warning": ("warning", "warning_text"),
    "note": ("note", "muted"),
}
_Words = tuple[str, str, Severity]  # text and remedy
_ICON_SIZE = QSize(20, 20)


class Findings(QWidget):
    """Shows verdicts, or that there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: list[_Words] | None = None
        self._frames: list[QWidget] = []
        self._icons: list[tuple[QLabel, Severity]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        theme.changed.connect(self._draw)

    def show_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Show them in the present language."""
        words: list[_Words] = [(*verdict_words(each), each.severity) for each in verdicts]
        shown = list(dict.fromkeys(words))  # of equal cards, once
        if shown == self._shown:
            return  # live figures come every two seconds, and a text may be selected
        self._shown = shown
        self._icons.clear()
        for frame in self._frames:
            frame.hide()
            frame.deleteLater()
        self._frames = [self._frame(*each) for each in shown]
        if not shown:
            self._frames.append(self._nothing())
        for frame in self._frames:
            self._column.addWidget(frame)
        self._draw()

    def _frame(self, text: str, remedy: str, severity: Severity) -> QFrame:
        frame = QFrame(self)
        frame.setObjectName("finding")
        frame.setProperty("severity", severity)
        frame.setAccessibleName(f"{self._severity_word(severity)}: {text} {remedy}")
        icon, words, what = QLabel(frame), QLabel(text, frame), QLabel(remedy, frame)
        icon.setToolTip(self._severity_word(severity))
        self._icons.append((icon, severity))
        words.setObjectName("heading")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for label in (words, what):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(label)
        what.setVisible(bool(remedy))
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        return frame

    def _nothing(self) -> QLabel:
        label = QLabel(self.tr("Nothing keeps this computer from its best."), self)
        label.setObjectName("muted")
        return label

    def _severity_word(self, severity: Severity) -> str:
        words = {
            "problem": self.tr("Problem"),
            "warning": self.tr("Costs speed"),
            "note": self.tr("Good to know"),
        }
        return words[severity]

    @Slot()
    def _draw(self) -> None:
        for label, severity in self._icons:
            name, colour = _ICONS[severity]
            label.setPixmap(self._theme.icon(name, colour).pixmap(_ICON_SIZE))
