# SPDX-License-Identifier: Apache-2.0
"""What a page must have for people who do not see it, or do not use a mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QWidget,
)

_CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)

_WHOLE = (QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QScrollBar)


def check_accessible(page: QWidget) -> None:
    """Assert that all controls have a name, and that the Tab key reaches those one can use."""
    QApplication.processEvents()
    controls = [each for each in _visible(page, *_CONTROLS) if not _is_inner(each)]
    assert controls
    assert [each for each in controls if not _name(each)] == []
    assert [each for each in _visible(page, QProgressBar) if not each.accessibleName()] == []
    reached = _reached(page)
    wanted = {each for each in controls if each.isEnabled()}
    assert [f"{each}: {_name(each)}" for each in wanted - reached] == []


def _visible(page: QWidget, *kinds: type[QWidget]) -> list[QWidget]:
    return [each for kind in kinds for each in page.findChildren(kind) if each.isVisible()]


def _is_inner(widget: QWidget) -> bool:
    """Return whether a widget is a part of another one, as a button to clear a field."""
    parent = widget.parentWidget()
    while parent:
        if isinstance(parent, _WHOLE):
            return True
        parent = parent.parentWidget()
    return False


def _name(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def _reached(page: QWidget) -> set[QWidget]:
    """Return what has the focus in turn as Tab is pressed."""
    found, at = set[QWidget](), page.nextInFocusChain()
    while at is not page:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible() and at.isEnabled():
            found.add(at)
        at = at.nextInFocusChain()
    return found
