# SPDX-License-Identifier: Apache-2.0
"""What was attached to a question: chips, and the user's own pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from ktdesk.attachments import Attachment
from ui.chat.attached_files import item_groups
from ui.chat.chips import GAP, Chip
from ui.theme import Theme
from ui.widgets.flow_layout import FlowLayout

PICTURE = QSize(280, 200)  # at most


class AttachmentsView(QWidget):
    """Hidden if nothing was attached."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Sequence[Attachment] = ()
        self._flow = FlowLayout(self, GAP)
        self.hide()

    def show_attachments(self, attachments: Sequence[Attachment], images: Sequence[bytes]) -> None:
        """Show what was attached; images: what their files hold."""
        if attachments == self._shown:
            return
        self._shown = attachments
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for item in item_groups(attachments):
            self._add(Chip(self._theme, item, self, None))
        for data in images:
            picture = QLabel(self)
            picture.setPixmap(_thumbnail(data, self.devicePixelRatioF()))
            picture.setAccessibleName(self.tr("Picture"))
            self._add(picture)
        self.setVisible(bool(attachments))

    def fit(self, width: int) -> int:
        """Return the height of the rows at a width."""
        return self._flow.heightForWidth(width)

    def _add(self, widget: QWidget) -> None:
        self._flow.addWidget(widget)
        widget.show()


def _thumbnail(data: bytes, ratio: float) -> QPixmap:
    """Return a picture in a size to look at; an empty one if it is damaged."""
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        most = QSize(round(PICTURE.width() * ratio), round(PICTURE.height() * ratio))
        if size.width() > most.width() or size.height() > most.height():
            reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    image: QImage = reader.read()
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)
