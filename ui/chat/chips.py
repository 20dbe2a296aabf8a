# SPDX-License-Identifier: Apache-2.0
"""What is attached, as chips: above the prompt, where they can be taken away, and in questions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ui.chat.attached_files import AttachedFiles, AttachedItem
from ui.error_texts import say
from ui.theme import Theme, scaled
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.icon_button import IconButton

NAME_WIDTH = 220  # pixels, at most
GAP = 6


class Chip(QFrame):
    """A name with an icon, and what is known of it."""

    def __init__(
        self, theme: Theme, item: AttachedItem, parent: QWidget, remove: Callable[[], None] | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("fileChip")
        icon = QLabel(self)
        icon.setPixmap(theme.icon("image" if item.is_image else "file", "muted").pixmap(16, 16))
        words = QLabel(self)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setFont(scaled(self.font(), 0.95))
        name = self.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        words.setText("  ·  ".join([name, *self._figures(item)]))
        self.setToolTip("\n".join(attachment.name for attachment in item.attachments[:30]))
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 4, 4 if remove else 9, 4)
        row.setSpacing(6)
        row.addWidget(icon)
        row.addWidget(words)
        if remove:
            button = IconButton(theme, "close", self, colour="muted")
            button.setObjectName("chipClose")
            button.setIconSize(QSize(14, 14))
            button.describe(self.tr("Remove {name}").format(name=item.name))
            button.clicked.connect(lambda: remove())
            row.addWidget(button)

    def _figures(self, item: AttachedItem) -> list[str]:
        number = QLocale().toString
        parts: list[str] = []
        if item.name.endswith("/"):
            count = number(len(item.attachments))
            parts.append(self.tr("{count} files").format(count=count))
        if item.is_image:
            parts.append(self.tr("the model cannot see it"))
        elif item.tokens is not None:
            parts.append(self.tr("{count} tokens").format(count=number(item.tokens)))
        if note := item.attachments[0].note:
            parts.append(say(note))
        return parts


class ChipRow(QWidget):
    """The chips of what is attached to the prompt; hidden if there is nothing."""

    def __init__(self, files: AttachedFiles, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files, self._theme = files, theme
        self._flow = FlowLayout(self, GAP)
        self._reading = QLabel(self)
        self._reading.setObjectName("muted")
        self._chips: list[Chip] = []
        files.changed.connect(self.retranslate)
        theme.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Show what there is, in the present language."""
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [
            Chip(self._theme, item, self, lambda item=item: self._files.remove(item))
            for item in self._files.items
        ]
        self._flow.removeWidget(self._reading)
        for chip in (*self._chips, self._reading):
            self._flow.addWidget(chip)
            chip.show()
        name = self._files.reading
        self._reading.setVisible(self._files.is_reading)
        self._reading.setText(self.tr("Reading {name}…").format(name=name))
        self.setVisible(self._files.is_reading or bool(self._chips))
        self.updateGeometry()
