# SPDX-License-Identifier: Apache-2.0
"""One block of an answer that is no code: Markdown, as high as its text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QWidget

from ui.chat.markdown_style import set_markdown
from ui.theme import READING_SCALE, Theme, scaled

OPENABLE = ("http", "https", "mailto")


class TextBlock(QTextBrowser):
    """Shows Markdown. Links open in the browser when they are clicked; nothing is ever fetched."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._source = theme, ""
        self.setOpenLinks(False)
        self.anchorClicked.connect(_open)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        self.document().setDefaultFont(scaled(self.font(), READING_SCALE))
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        theme.changed.connect(self._render)

    def show_source(self, source: str) -> None:
        """Show other Markdown."""
        if source != self._source:
            self._source = source
            self._render()
            self.setVisible(bool(source))

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802, RUF100 - Qt's name
        """Return no picture, wherever it may be: an answer must not reach out of the window."""
        del kind, name
        return QImage()

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the size of the text."""
        size = self.document().size().toSize()
        return QSize(size.width(), size.height())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Leave scrolling to the conversation."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the height that the text needs at this width."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _render(self) -> None:
        set_markdown(self.document(), self._source, self._theme)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.setFixedHeight(max(1, round(self.document().size().height() + 0.5)))


def _open(url: QUrl) -> None:
    if url.scheme() in OPENABLE:
        QDesktopServices.openUrl(url)
