# SPDX-License-Identifier: Apache-2.0
"""An error, with what to do about it: message, hint, details on demand, and buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ktdesk import KTDeskError
from ui.error_texts import say, whole
from ui.theme import Theme
from ui.widgets.icon_button import IconButton


class ErrorBanner(QFrame):
    """Hidden until there is an error, and again when it is dismissed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        icon = IconButton(theme, "warning", self, colour="warning_text")
        icon.setObjectName("bannerIcon")
        icon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._message, self._hint, self._details = (QLabel(self) for _ in range(3))
        self._details_button = QPushButton(self)
        self._details_button.setCheckable(True)
        self._details_button.toggled.connect(self._details.setVisible)
        self._close = IconButton(theme, "close", self, colour="warning_text")
        self._close.clicked.connect(self.hide)
        self._buttons = QHBoxLayout()
        self._extra: list[QPushButton] = []
        self._error: KTDeskError | None = None
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for label in (self._message, self._hint, self._details):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(label)
        font = self._message.font()
        font.setBold(True)
        self._message.setFont(font)
        texts.addLayout(self._buttons)
        self._buttons.addWidget(self._details_button)
        self._buttons.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 8, 12)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.retranslate()
        self.hide()

    def show_error(self, error: KTDeskError, *choices: tuple[str, Callable[[], object]]) -> None:
        """Show an error. choices: what can be done, as the title and the handler of a button."""
        self._error = error
        self._details.setText(_details(error))
        self._details_button.setChecked(False)
        self._details.hide()
        for button in self._extra:
            button.deleteLater()
        self._extra.clear()
        for title, handler in choices:
            self._extra.append(self._add(title, handler))
        self._say(error)
        self.show()

    @property
    def text(self) -> str:
        """What is said, for those who read it otherwise: message and hint."""
        return f"{self._message.text()} {self._hint.text()}"

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._details_button.setText(self.tr("Details"))
        self._close.describe(self.tr("Dismiss"))
        if self._error:
            self._say(self._error)

    def _say(self, error: KTDeskError) -> None:
        self._message.setText(say(str(error)))
        self._hint.setText(say(error.hint))
        self._hint.setVisible(bool(error.hint))
        self.setAccessibleName(whole(error))

    def _add(self, title: str, handler: Callable[[], object]) -> QPushButton:
        button = QPushButton(title, self)
        button.clicked.connect(self.hide)
        button.clicked.connect(lambda: handler())
        self._buttons.insertWidget(len(self._extra), button)
        return button


def _details(error: KTDeskError) -> str:
    """Return kind and cause of an error, as a report about it should name them."""
    lines = [type(error).__name__]
    cause = error.__cause__
    while cause:
        lines.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    return "\n".join(lines)
