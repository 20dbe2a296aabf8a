# SPDX-License-Identifier: Apache-2.0
"""Where the user writes: a rounded box that grows with its text, and one round button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ktdesk.attachments import Attachment
from ui.chat.attached_files import AttachedFiles
from ui.chat.chips import ChipRow
from ui.theme import READING_SCALE, Theme, scaled
from ui.widgets.icon_button import IconButton

MOST_LINES = 8  # before it scrolls


class _Editor(QPlainTextEdit):
    """Enter submits, Shift+Enter begins a line; as high as its lines."""

    submitted = Signal()
    focused = Signal(bool)
    files_given = Signal(list)
    image_given = Signal(QImage)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setFont(scaled(self.font(), READING_SCALE))
        self.document().setDocumentMargin(4)
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Submit on Enter alone."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802, RUF100 - Qt's name
        """Take files and pictures, too."""
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802, RUF100 - Qt's name
        """Attach files and pictures that are pasted or dropped; insert all else as text."""
        if paths := local_files(source):
            self.files_given.emit(paths)
        elif source.hasImage() and not source.hasText():
            self.image_given.emit(source.imageData())
        else:
            super().insertFromMimeData(source)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Lines wrap elsewhere at another width."""
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Let the box show the focus."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Let the box show that the focus is gone."""
        super().focusOutEvent(event)
        self.focused.emit(False)

    @Slot()
    def _fit(self) -> None:
        lines = round(self.document().size().height())  # QPlainTextEdit counts in lines
        shown = min(max(lines, 1), MOST_LINES)
        margin = 2 * int(self.document().documentMargin())
        self.setFixedHeight(shown * self.fontMetrics().lineSpacing() + margin + 2)
        is_long = lines > MOST_LINES
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_long else policy.ScrollBarAlwaysOff
        )


class PromptBox(QFrame):
    """Emits `submitted` with the text, and `stop_wanted`. The text stays until `clear`.

    files: what goes with the text. text_changed: with the text, whoever changed it.
    """

    submitted = Signal(str)
    stop_wanted = Signal()
    text_changed = Signal(str)

    def __init__(self, theme: Theme, files: AttachedFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptBox")
        self.files = files
        self._can_submit, self._is_answering = False, False
        self._invitation = ""
        self._editor = _Editor(self)
        self._editor.submitted.connect(self._submit)
        self._editor.textChanged.connect(self._refresh)
        self._editor.textChanged.connect(lambda: self.text_changed.emit(self.text))
        self._editor.focused.connect(self._show_focus)
        self._button = IconButton(theme, "send", self, colour="on_accent")
        self._button.setObjectName("send")
        self._button.setFixedSize(QSize(36, 36))
        self._button.clicked.connect(self._press)
        self._attach = IconButton(theme, "attach", self, colour="muted")
        self._attach.setFixedSize(QSize(36, 36))
        self._attach.clicked.connect(self._show_menu)
        self._editor.files_given.connect(files.add)
        self._editor.image_given.connect(self._attach_image)
        files.changed.connect(self._refresh)
        self._chips = ChipRow(files, theme, self)
        self._note = QLabel(self)
        self._note.setObjectName("promptNote")
        self._note.setWordWrap(True)
        self._note.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._editor, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self._chips)
        column.addWidget(self._note)
        column.addLayout(row)
        self.setFocusProxy(self._editor)
        self.retranslate()
        self._refresh()

    @property
    def text(self) -> str:
        """What is written."""
        return self._editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a text in, ready to be changed."""
        self._editor.setPlainText(text)
        self._editor.moveCursor(self._editor.textCursor().MoveOperation.End)

    def clear(self) -> None:
        """Empty the box."""
        self._editor.clear()

    def show_note(self, text: str) -> None:
        """Say something about what is written, or nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def invite(self, text: str) -> None:
        """Say something else than usual in the empty box."""
        self._invitation = text
        self.retranslate()

    def show_state(self, *, can_submit: bool, is_answering: bool) -> None:
        """Make the button one that sends, or one that stops."""
        self._can_submit, self._is_answering = can_submit, is_answering
        self._refresh()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._editor.setPlaceholderText(self._invitation or self.tr("Ask something"))
        self._editor.setAccessibleName(self._invitation or self.tr("Message"))
        self._attach.describe(self.tr("Attach files"))
        self._chips.retranslate()
        self._refresh()

    @Slot()
    def _show_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Files…"), self._choose_files)
        menu.addAction(self.tr("A folder…"), self._choose_folder)
        menu.popup(self._attach.mapToGlobal(self._attach.rect().topLeft()))

    @Slot()
    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Attach files"))
        self.files.add([Path(name) for name in names])

    @Slot()
    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Attach a folder"))
        self.files.add([Path(name)] if name else [])

    @Slot(QImage)
    def _attach_image(self, image: QImage) -> None:
        """Attach a picture from the clipboard."""
        data, device = QByteArray(), QBuffer()
        device.setBuffer(data)
        device.open(QBuffer.OpenModeFlag.WriteOnly)
        image.save(device, "PNG")  # pyright: ignore[reportArgumentType, reportCallIssue]
        picture = Attachment(
            self.tr("picture") + ".png",
            is_image=True,
            data=bytes(data.data()),
            media_type="image/png",
        )
        self.files.append([picture])

    @Slot()
    def _press(self) -> None:
        if self._is_answering:
            self.stop_wanted.emit()
        else:
            self._submit()

    @Slot()
    def _submit(self) -> None:
        if self._is_sendable():
            self.submitted.emit(self.text)

    @Slot()
    def _refresh(self) -> None:
        self._button.show_icon("stop" if self._is_answering else "send")
        stop, send = self.tr("Stop the answer (Esc)"), self.tr("Send (Enter)")
        self._button.describe(stop if self._is_answering else send)
        self._button.setEnabled(self._is_answering or self._is_sendable())

    def _is_sendable(self) -> bool:
        has_content = bool(self.text.strip() or self.files.items)
        return self._can_submit and has_content and not self.files.is_reading

    @Slot(bool)
    def _show_focus(self, has_focus: bool) -> None:  # noqa: FBT001, RUF100 - a signal's argument
        self.setProperty("active", has_focus)
        self.style().polish(self)


def local_files(source: QMimeData) -> list[Path]:
    """Return the files of this computer that are pasted or dropped."""
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]
