# SPDX-License-Identifier: Apache-2.0
"""What stands where no conversation is yet: the model, or how far it is, and a few beginnings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ktdesk.engine import LoadProgress
from ui.chat.conversation_view import in_column
from ui.chat.model_presenter import ModelPresenter, ModelState
from ui.chat.presenter import ChatPresenter
from ui.chat.stages import stage_text
from ui.chat.suggestions import Suggestions
from ui.theme import application_icon, scaled

LOGO_FROM = 300  # pixels of the height


class Welcome(QWidget):
    """Emits `suggested` with the text of a chip."""

    suggested = Signal(str)

    def __init__(
        self, chat: ChatPresenter, model: ModelPresenter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self._chat, self._model = chat, model
        self._now = LoadProgress("", 0.0)
        self._logo = QLabel(self)
        self._logo.setPixmap(application_icon().pixmap(QSize(64, 64)))
        self._title, self._about = QLabel(self), QLabel(self)
        self._title.setFont(scaled(self.font(), 1.7))
        self._title.setObjectName("heading")
        self._about.setObjectName("muted")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(320)
        self._cancel = QPushButton(self)
        self._cancel.clicked.connect(model.cancel)
        self._suggestions = Suggestions(self)
        self._suggestions.chosen.connect(self.suggested)
        self._lay_out()
        chat.changed.connect(self.retranslate)  # which tells of the model as well
        model.progress.connect(self._show_progress)
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        for widget in (self._logo, self._title, self._about):
            widget.setAlignment(centre)
            widget.setWordWrap(widget is not self._logo)
            column.addWidget(widget)
        column.addWidget(self._bar)
        column.addWidget(self._cancel, 0, centre)
        column.addSpacing(18)
        column.addWidget(self._suggestions)
        column.addStretch(3)
        inside = QWidget(self)
        inside.setLayout(column)
        self.setLayout(in_column(inside))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show first what is said, then suggestions, and the logo where there is room for all."""
        super().resizeEvent(event)
        self._logo.setVisible(event.size().height() >= LOGO_FROM)

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        model = self._model
        self._title.setText(self._heading())
        self._about.setText(self._explanation())
        self._bar.setVisible(model.is_busy)
        self._cancel.setVisible(model.is_busy)
        self._cancel.setText(self.tr("Cancel"))
        self._bar.setAccessibleName(self.tr("Progress"))
        self._suggestions.retranslate()
        self._suggestions.setEnabled(self._chat.can_ask)

    def _heading(self) -> str:
        if self._model.info or self._waits_for_its_own():
            return self.tr("What is on your mind?")
        if self._model.is_busy:
            return self.tr("One moment…")
        return self.tr("No model is loaded")

    def _waits_for_its_own(self) -> bool:
        """Return whether the chat has a model of its own that is not there yet."""
        chat = self._chat
        return chat.own.choices.model is not None and not chat.has_its_model

    def _explanation(self) -> str:
        path = self._chat.model_path
        if path and self._waits_for_its_own() and not self._model.is_busy:
            text = self.tr(
                "{model} will be loaded when you ask. Nothing you write leaves this computer."
            )
            return text.format(model=path.stem)
        if self._model.info:
            text = self.tr("{model} answers on this computer. Nothing you write leaves it.")
            return text.format(model=self._model.info.name)
        if self._model.state is ModelState.PREPARING and not self._now.stage:
            return self.tr("The demo model is being prepared")
        if self._model.is_busy:
            return stage_text(self._now)
        return self.tr("Choose a model at the top left, or open a file.")

    @Slot(object)
    def _show_progress(self, now: LoadProgress) -> None:
        self._now = now
        self._bar.setValue(round(now.fraction * 1000))
        self._about.setText(self._explanation())
