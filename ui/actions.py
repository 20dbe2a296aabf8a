# SPDX-License-Identifier: Apache-2.0
"""Commands as a table, and the actions made from it, which menu, shortcuts and palette read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
        """Mark a text for translation; Qt's own stub forgets that it comes back as it is."""
        ...

else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP

CONTEXT = "MainWindow"  # of the titles, for those who translate


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do.

    title: in English, marked for translation in CONTEXT; so it can be found by both. begins_group:
    in the menu, a line stands above it.
    """

    id: str
    title: str
    shortcut: str
    begins_group: bool = False


# Those of the window; its pages come after the ones that change what is seen.
COMMANDS = (
    Command("new", QT_TRANSLATE_NOOP("MainWindow", "New chat"), "Ctrl+N"),
    Command("stop", QT_TRANSLATE_NOOP("MainWindow", "Stop"), "Esc"),
    Command("retry", QT_TRANSLATE_NOOP("MainWindow", "Try again"), "Ctrl+R"),
    Command("edit", QT_TRANSLATE_NOOP("MainWindow", "Edit the last question"), "Ctrl+Up"),
    Command("search", QT_TRANSLATE_NOOP("MainWindow", "Search all chats"), "Ctrl+Shift+F"),
    Command("find", QT_TRANSLATE_NOOP("MainWindow", "Find in this chat"), "Ctrl+F"),
    Command("find_next", QT_TRANSLATE_NOOP("MainWindow", "Find the next one"), "F3"),
    Command("find_previous", QT_TRANSLATE_NOOP("MainWindow", "Find the one before"), "Shift+F3"),
    Command("open", QT_TRANSLATE_NOOP("MainWindow", "Open a file…"), "Ctrl+O", begins_group=True),
    Command("reload", QT_TRANSLATE_NOOP("MainWindow", "Reload the model"), "Ctrl+Shift+R"),
    Command(
        "palette",
        QT_TRANSLATE_NOOP("MainWindow", "Find a command, a chat or a model"),
        "Ctrl+K",
        begins_group=True,
    ),
    Command("sidebar", QT_TRANSLATE_NOOP("MainWindow", "Show the chats"), "Ctrl+B"),
    Command(
        "settings", QT_TRANSLATE_NOOP("MainWindow", "Settings of engine and answers"), "Ctrl+."
    ),
    Command(
        "advanced",
        QT_TRANSLATE_NOOP("MainWindow", "Switch between simple and advanced mode"),
        "Ctrl+Shift+A",
    ),
    Command(
        "theme", QT_TRANSLATE_NOOP("MainWindow", "Switch between light and dark"), "Ctrl+Shift+L"
    ),
    Command("wizard", QT_TRANSLATE_NOOP("MainWindow", "First steps…"), "F1", begins_group=True),
    Command("quit", QT_TRANSLATE_NOOP("MainWindow", "Quit"), "Ctrl+Q"),
)


def said(title: str) -> str:
    """Return a title in the present language."""
    return QCoreApplication.translate(CONTEXT, title)


class Actions:
    """The actions of a window by the id of their command.

    handlers: what each does. conditions: when one can be done, where that is not always.
    """

    def __init__(
        self,
        window: QWidget,
        table: Iterable[Command],
        handlers: Mapping[str, Callable[[], object]],
        conditions: Mapping[str, Callable[[], bool]],
    ) -> None:
        self._commands = {command.id: command for command in table}
        self._conditions = conditions
        self._actions = {id_: QAction(window) for id_ in self._commands}
        for id_, action in self._actions.items():
            action.setShortcut(QKeySequence(self._commands[id_].shortcut))
            action.triggered.connect(handlers[id_])
            window.addAction(action)
        self.retranslate()
        self.refresh()

    def __getitem__(self, id_: str) -> QAction:
        return self._actions[id_]

    def __iter__(self) -> Iterator[tuple[Command, QAction]]:
        return ((command, self._actions[id_]) for id_, command in self._commands.items())

    def fill(self, menu: QMenu) -> None:
        """Put all of them into a menu."""
        for command, action in self:
            if command.begins_group:
                menu.addSeparator()
            menu.addAction(action)

    def refresh(self) -> None:
        """Enable what can be done now."""
        for id_, can_be_done in self._conditions.items():
            self._actions[id_].setEnabled(can_be_done())

    def retranslate(self) -> None:
        """Say the titles in the present language, with the shortcut in the tool tip."""
        for id_, action in self._actions.items():
            title = said(self._commands[id_].title)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(title)
            action.setToolTip(f"{title} ({keys})" if keys else title)
