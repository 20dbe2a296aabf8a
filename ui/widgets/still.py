# SPDX-License-Identifier: Apache-2.0
"""Inputs in a page that scrolls: the wheel scrolls the page, and not their value."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class _Still(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's name
        del watched
        if event.type() != QEvent.Type.Wheel:
            return False
        event.ignore()  # the page gets it
        return True


def keep_still(widget: QWidget) -> None:
    """Let the wheel pass by an input."""
    widget.installEventFilter(_Still(widget))
