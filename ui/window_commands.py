# SPDX-License-Identifier: Apache-2.0
"""The window's own commands, by groups; those of tabs and panes, and of pages, stand among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ui.actions import QT_TRANSLATE_NOOP, Command


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    title: str
    shortcut: str
    begins: str = ""


_ROWS = (
    _Row(
        "new",
        QT_TRANSLATE_NOOP("MainWindow", "New chat"),
        "Ctrl+N",
        QT_TRANSLATE_NOOP("MainWindow", "Chat"),
    ),
    _Row("stop", QT_TRANSLATE_NOOP("MainWindow", "Stop"), "Esc"),
    _Row("retry", QT_TRANSLATE_NOOP("MainWindow", "Try again"), "Ctrl+R"),
    _Row("edit", QT_TRANSLATE_NOOP("MainWindow", "Edit the last question"), "Ctrl+Up"),
    _Row("search", QT_TRANSLATE_NOOP("MainWindow", "Search all chats"), "Ctrl+Shift+F"),
    _Row("find", QT_TRANSLATE_NOOP("MainWindow", "Find in this chat"), "Ctrl+F"),
    _Row("find_next", QT_TRANSLATE_NOOP("MainWindow", "Find the next one"), "F3"),
    _Row("find_previous", QT_TRANSLATE_NOOP("MainWindow", "Find the one before"), "Shift+F3"),
    _Row(
        "open",
        QT_TRANSLATE_NOOP("MainWindow", "Open a file…"),
        "Ctrl+O",
        QT_TRANSLATE_NOOP("MainWindow", "Model"),
    ),
    _Row("reload", QT_TRANSLATE_NOOP("MainWindow", "Reload the model"), "Ctrl+Shift+R"),
    _Row(
        "palette",
        QT_TRANSLATE_NOOP("MainWindow", "Find a command, a chat or a model"),
        "Ctrl+K",
        QT_TRANSLATE_NOOP("MainWindow", "View"),
    ),
    _Row("sidebar", QT_TRANSLATE_NOOP("MainWindow", "Show the chats"), "Ctrl+B"),
    _Row("settings", QT_TRANSLATE_NOOP("MainWindow", "Settings of engine and answers"), "Ctrl+."),
    _Row(
        "advanced",
        QT_TRANSLATE_NOOP("MainWindow", "Switch between simple and advanced mode"),
        "Ctrl+Shift+A",
    ),
    _Row("theme", QT_TRANSLATE_NOOP("MainWindow", "Switch between light and dark"), "Ctrl+Shift+L"),
    _Row(
        "wizard",
        QT_TRANSLATE_NOOP("MainWindow", "First steps…"),
        "F1",
        QT_TRANSLATE_NOOP("MainWindow", "Program"),
    ),
    _Row("updates", QT_TRANSLATE_NOOP("MainWindow", "Look for updates"), ""),
    _Row("quit", QT_TRANSLATE_NOOP("MainWindow", "Quit"), "Ctrl+Q"),
)

_CHATS_BEFORE, _PAGES_BEFORE = "open", "wizard"  # where the others stand


def window_commands(
    handlers: Mapping[str, Callable[[], object]],
    conditions: Mapping[str, Callable[[], bool]],
    chats: Iterable[Command],
    pages: Iterable[Command],
) -> list[Command]:
    """Return all commands in the order of the menu.

    handlers: what the window's own do. conditions: when one can be done, where that is not always.
    chats, pages: the others.
    """
    table: list[Command] = []
    for row in _ROWS:
        table += {_CHATS_BEFORE: chats, _PAGES_BEFORE: pages}.get(row.id, ())
        can_be_done = conditions.get(row.id, lambda: True)
        table.append(
            Command(row.id, row.title, row.shortcut, handlers[row.id], can_be_done, row.begins)
        )
    return table
