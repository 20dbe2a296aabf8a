# SPDX-License-Identifier: Apache-2.0
"""The Logs page: level, words, the lines, and what can be done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ktdesk.log import RECENT
from ktdesk.settings import log_folder
from ui.logs.presenter import LEVELS, LogsPresenter
from ui.theme import Theme, code_font
from ui.widgets.banner import ErrorBanner


class LogsPage(QWidget):
    """Follows the log while it is seen, at the end unless the reader has scrolled up."""

    def __init__(
        self, presenter: LogsPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter = presenter
        self.level, self.field = QComboBox(self), QLineEdit(self)
        for level in LEVELS:
            self.level.addItem("", level)
        self.level.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.field.setClearButtonEnabled(True)
        self.lines = QPlainTextEdit(self)
        self.lines.setObjectName("log")
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.lines.setMaximumBlockCount(RECENT)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setFont(code_font(self.font().pointSizeF()))
        self.banner = ErrorBanner(theme, self)
        self._note = QLabel(self)
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        self.copy, self.save, self.clear, self.folder = (QPushButton(self) for _ in range(4))
        self._lay_out()
        self.level.activated.connect(self._choose_level)
        self.field.textChanged.connect(presenter.search)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._ask_where_to_save)
        self.clear.clicked.connect(presenter.clear)
        self.folder.clicked.connect(self._open_folder)
        presenter.restarted.connect(self.lines.clear)
        presenter.added.connect(self._add)
        presenter.failed.connect(self.banner.show_error)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        levels = (self.tr("All messages"), self.tr("Warnings and errors"), self.tr("Errors"))
        for at, text in enumerate(levels):
            self.level.setItemText(at, text)
        self.level.setAccessibleName(self.tr("Which messages"))
        self.field.setPlaceholderText(self.tr("Search the log"))
        self.field.setAccessibleName(self.tr("Search the log"))
        self.lines.setAccessibleName(self.tr("Messages"))
        empty = self.tr("There is no message, or none that fits what is chosen above.")
        self.lines.setPlaceholderText(empty)
        self._note.setText(
            self.tr("What is asked and answered is not written here, nor are keys and tokens.")
        )
        self.copy.setText(self.tr("Copy"))
        self.save.setText(self.tr("Save…"))
        self.clear.setText(self.tr("Clear"))
        self.folder.setText(self.tr("Open the folder of logs"))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Follow the log."""
        super().showEvent(event)
        self._presenter.look()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Cost nothing while nobody looks."""
        super().hideEvent(event)
        self._presenter.rest()

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.field, 1)
        above.addWidget(self.level)
        for button in (self.copy, self.save, self.clear):
            below.addWidget(button)
        below.addStretch()
        below.addWidget(self.folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(above)
        column.addWidget(self.banner)
        column.addWidget(self.lines, 1)
        column.addWidget(self._note)
        column.addLayout(below)

    @Slot(str)
    def _add(self, text: str) -> None:
        bar = self.lines.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        self.lines.appendPlainText(text.removesuffix("\n"))
        if was_at_end:
            self.lines.moveCursor(QTextCursor.MoveOperation.StartOfBlock)
            bar.setValue(bar.maximum())

    @Slot(int)
    def _choose_level(self, at: int) -> None:
        self._presenter.show_level(self.level.itemData(at))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._presenter.text())

    @Slot()
    def _ask_where_to_save(self) -> None:
        name = str(Path.home() / "ktdesk.log")
        dialog = QFileDialog(self, self.tr("Save the log"), name, self.tr("Logs (*.log *.txt)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("log")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._save)
        dialog.open()

    @Slot(str)
    def _save(self, file: str) -> None:
        self._presenter.save(Path(file))

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))
