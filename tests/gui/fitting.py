# SPDX-License-Identifier: Apache-2.0
"""Whether what is said on the screen has the room that it takes."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget


def cut(page: QWidget) -> list[str]:
    """Return the texts of a page that are seen in part only: widgets smaller than they need."""
    QApplication.processEvents()
    kinds = (QLabel, QAbstractButton)
    shown = [each for kind in kinds for each in page.findChildren(kind) if each.isVisible()]
    return [each.text() for each in shown if each.text() and not _fits(each)]


def _fits(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= widget.heightForWidth(widget.width())
    needed = widget.minimumSizeHint()
    metrics = widget.fontMetrics()  # labels that take any width say so, whatever they say
    width = metrics.horizontalAdvance(widget.text()) if isinstance(widget, QLabel) else 0
    return widget.width() >= max(width, needed.width()) and widget.height() >= needed.height()
