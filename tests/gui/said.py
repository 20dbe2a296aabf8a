# SPDX-License-Identifier: Apache-2.0
"""All that a page says in the Chinese window: on the screen, to the mouse, to screen readers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QTabBar, QWidget

from ui import resource

_TEXTS = (
    "text", "title", "placeholderText", "prefix", "suffix", "specialValueText", "toolTip",
    "accessibleName", "accessibleDescription", "windowTitle",
)  # fmt: skip
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)
# Words in a row with blanks between. What has digits, dots, slashes or capitals within is a name.
_ENGLISH = re.compile(r"(?<![\w/.\\-])[A-Za-z]?[a-z']+,?(?: [a-z']+,?)+(?![\w/\\-])|\d [a-z]{4,}")
_NO_WORDS = re.compile(r"<[^>]*>|`[^`]*`|\becho \w+ > [\w/]+")  # marks and commands
# Ways to sample, which programs call so in every language.
_NAMES = ("Top k", "Top p", "Min p", "Typical p")


def check_chinese(page: QWidget, *names: str) -> None:
    """Assert that a page says nothing in English. names: those of things, whatever they look like.

    English are two words in a row, numbers of something, and whole texts with a translation.
    """
    QApplication.processEvents()
    texts = set(_said(page))
    assert any(re.search("[\u4e00-\u9fff]", text) for text in texts)
    english = sorted(text for text in texts if _is_english(text, names))
    assert not english, english


def _is_english(text: str, names: tuple[str, ...]) -> bool:
    text = _NO_WORDS.sub("", text)
    for name in (*_NAMES, *names):
        text = text.replace(name, "")
    return bool(_ENGLISH.search(text)) or text.strip() in _translated()


@cache
def _translated() -> frozenset[str]:
    """Return the English texts whose Chinese is another."""
    messages = ET.parse(resource("i18n/ktdesk_zh_CN.ts")).getroot().iter("message")  # noqa: S314, RUF100
    both = {message.findtext("source"): message.findtext("translation") for message in messages}
    return frozenset(source for source, words in both.items() if source != words)


def _said(page: QWidget) -> Iterator[str]:
    for widget in (page, *page.findChildren(QWidget)):
        yield from filter(None, (_property(widget, name) for name in _TEXTS))
        if isinstance(widget, QTabBar):
            for at in range(widget.count()):
                yield from (widget.tabText(at), widget.tabToolTip(at))
        if isinstance(widget, QComboBox):
            yield from _said_by(widget.model())
        elif isinstance(model := _property(widget, "model"), QAbstractItemModel):
            yield from _said_by(model)
    for action in page.findChildren(QAction):
        yield from (action.text(), action.toolTip())


def _property(widget: QWidget, name: str) -> Any:
    """Return what a method of a widget returns; None where there is no such, or it takes more."""
    method = getattr(widget, name, None)
    try:
        return method() if callable(method) else None
    except TypeError:
        return None


def _said_by(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    parent = parent or QModelIndex()
    is_list = isinstance(model, QAbstractListModel)  # which have one column, and nothing below
    for column in range(1 if is_list else model.columnCount(parent)):
        title = model.headerData(column, Qt.Orientation.Horizontal)
        yield from [title] if isinstance(title, str) else []
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            yield from (said for role in _ROLES if isinstance(said := index.data(role), str))
            if not is_list and not column:
                yield from _said_by(model, index)
