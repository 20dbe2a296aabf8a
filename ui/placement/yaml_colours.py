# SPDX-License-Identifier: Apache-2.0
"""Colours for YAML: comments, names of entries, texts, numbers."""

from __future__ import annotations

import re

from PySide6.QtCore import Slot
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.theme import Theme

# What is found first in a line keeps its colour: a name in a comment is part of the comment.
_PARTS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')
      | (?P<name>[\w-]+(?=\s*:(?:\s|$)))
      | (?P<number>(?<![\w.-])\d+(?:\.\d+)?(?![\w.-]))""",
    re.VERBOSE,
)
_COLOURS = {"comment": "muted", "text": "code_text", "name": "link", "number": "code_number"}


class YamlColours(QSyntaxHighlighter):
    """Follows the theme."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self._repaint)

    def highlightBlock(self, text: str) -> None:  # noqa: N802, RUF100 - Qt's name
        """Colour a line."""
        for part in _PARTS.finditer(text):
            form = QTextCharFormat()
            form.setForeground(self._theme.colour(_COLOURS[str(part.lastgroup)]))
            self.setFormat(part.start(), len(part.group()), form)

    @Slot()
    def _repaint(self) -> None:
        self.rehighlight()
