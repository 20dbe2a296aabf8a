# SPDX-License-Identifier: Apache-2.0
"""The buttons below a message: its versions, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.chat.messages import ChatMessage
from ui.theme import Theme, scaled
from ui.widgets.icon_button import IconButton

ICONS = {
    "previous": "left",
    "next": "right",
    "resume": "resume",
    "regenerate": "retry",
    "edit": "edit",
    "branch": "branch",
    "details": "note",
    "delete": "bin",
}


class MessageActions(QWidget):
    """Emits `wanted` with the name of an action (those of ICONS), for the message last shown."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageActions")
        self._message: ChatMessage | None = None
        self.buttons = {name: self._button(theme, name, icon) for name, icon in ICONS.items()}
        self._version = QLabel(self)
        self._version.setObjectName("muted")
        self._version.setFont(scaled(self.font(), 0.9))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.buttons["previous"])
        row.addWidget(self._version)
        for name in list(ICONS)[1:]:
            row.addWidget(self.buttons[name])
        self.retranslate()
        self.hide()

    def show_message(self, message: ChatMessage) -> None:
        """Offer what can be done with a message; nothing while it grows."""
        self._message = message
        at, count = message.version
        is_answer = message.role == "assistant"
        self.setVisible(message.has_ended and bool(message.id))
        self._version.setText(f"{at}/{count}")
        self._version.setAccessibleName(
            self.tr("Version {at} of {count}").format(at=at, count=count)
        )
        for widget in (self.buttons["previous"], self._version, self.buttons["next"]):
            widget.setVisible(count > 1)
        self.buttons["previous"].setEnabled(at > 1)
        self.buttons["next"].setEnabled(at < count)
        self.buttons["resume"].setVisible(message.can_go_on)
        self.buttons["regenerate"].setVisible(is_answer)
        self.buttons["details"].setVisible(is_answer)

    def retranslate(self) -> None:
        """Say it in the present language."""
        names = {
            "previous": self.tr("The version before"),
            "next": self.tr("The next version"),
            "resume": self.tr("Go on with the answer"),
            "regenerate": self.tr("Another answer"),
            "edit": self.tr("Edit"),
            "branch": self.tr("Go on from here in a new chat"),
            "details": self.tr("Figures and settings"),
            "delete": self.tr("Delete"),
        }
        for name, text in names.items():
            self.buttons[name].describe(text)
        if self._message:
            self.show_message(self._message)

    def _button(self, theme: Theme, name: str, icon: str) -> IconButton:
        button = IconButton(theme, icon, self, colour="muted")
        button.setObjectName("messageAction")
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(partial(self.wanted.emit, name))
        return button
