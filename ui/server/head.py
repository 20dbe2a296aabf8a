# SPDX-License-Identifier: Apache-2.0
"""The head of the page: whether the server answers, where, with which model, and the button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.server.presenter import ServerPresenter, ServerState
from ui.theme import Theme, scaled
from ui.widgets.copy_button import CopyButton

_ICON = QSize(24, 24)
_LOOKS = {
    ServerState.STOPPED: ("stop", "muted"),
    ServerState.STARTING: ("retry", "muted"),
    ServerState.RUNNING: ("check", "accent"),
    ServerState.STOPPING: ("retry", "muted"),
}


class Head(QFrame):
    """Says the state in large letters."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._presenter = presenter
        self._theme, self._icon = theme, QLabel(self)
        self.said, self._model, self._note = (QLabel(self) for _ in range(3))
        self.said.setFont(scaled(self.font(), 1.4))
        self.said.setObjectName("heading")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._model, self._note):
            label.setObjectName("muted")
        for label in (self.said, self._model, self._note):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.copy = CopyButton(theme, self)
        self.button, self.restart = QPushButton(self), QPushButton(self)
        self.button.clicked.connect(self._press)
        self.restart.clicked.connect(presenter.restart)
        self._lay_out()
        presenter.changed.connect(self.retranslate)
        theme.changed.connect(self._draw)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        now = self._presenter
        self.said.setText(self._state_text())
        self._draw()
        self._model.setText(self._model_text())
        self.copy.text_to_copy = now.address
        self.copy.setVisible(bool(now.address))
        self.copy.describe(self.tr("Copy the address"))
        is_stopped = now.state is ServerState.STOPPED
        self.button.setText(self.tr("Start the server") if is_stopped else self.tr("Stop"))
        self.button.setEnabled(now.state is not ServerState.STOPPING)
        if self.button.property("primary") != is_stopped:
            self.button.setProperty("primary", is_stopped)
            self.button.style().polish(self.button)
        self._note.setText(
            self.tr("Settings have changed; the server takes them when it starts again.")
        )
        self.restart.setText(self.tr("Restart the server"))
        for widget in (self._note, self.restart):
            widget.setVisible(now.needs_restart)

    @Slot()
    def _draw(self) -> None:
        icon = self._theme.icon(*_LOOKS[self._presenter.state])
        self._icon.setPixmap(icon.pixmap(_ICON))

    def _state_text(self) -> str:
        match self._presenter.state:
            case ServerState.STOPPED:
                return self.tr("The server is stopped")
            case ServerState.STARTING:
                return self.tr("The server starts…")
            case ServerState.RUNNING:
                return self.tr("Answers at {address}").format(address=self._presenter.address)
            case ServerState.STOPPING:
                return self.tr("The server stops; answers that run have some seconds…")

    def _model_text(self) -> str:
        if not (name := self._presenter.model_name):
            return self.tr("No model is loaded. Load one in the window; programs cannot.")
        text = self.tr(
            "{model} is loaded; it answers programs in turn with your chats. Which model is loaded "
            "is decided in the window alone; loading another one cuts requests that run."
        )
        return text.format(model=name)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.said, 1)
        row.addWidget(self.copy)
        row.addWidget(self.button)
        changed = QHBoxLayout()
        changed.addWidget(self._note, 1)
        changed.addWidget(self.restart)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.addLayout(row)
        column.addWidget(self._model)
        column.addLayout(changed)

    @Slot()
    def _press(self) -> None:
        if self._presenter.state is ServerState.STOPPED:
            self._presenter.start()
        else:
            self._presenter.stop()
