# SPDX-License-Identifier: Apache-2.0
"""Commands as a table, and the actions made from it, which menu, shortcuts and palette read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    from PySide6.QtCore import QT_TRANSLATE_NOOP as QT_TRANSLATE_NOOP

CONTEXT = "MainWindow"  # of the titles, for those who translate


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do.

    title: in English, marked for translation in CONTEXT; so it can be found by both. begins: the
    title, marked likewise, of the part of the menu that it and those behind it stand in.
    """

    id: str
    title: str
    shortcut: str
    handler: Callable[[], object]
    enabled_when: Callable[[], bool] = _always
    begins: str = ""


def said(title: str) -> str:
    """Return a title in the present language."""
    return QCoreApplication.translate(CONTEXT, title)


class Actions:
    """The actions of a window by the id of their command."""

    def __init__(self, window: QWidget, table: Iterable[Command]) -> None:
        self._commands = {command.id: command for command in table}
        self._actions = {id_: QAction(window) for id_ in self._commands}
        for id_, action in self._actions.items():
            command = self._commands[id_]
            action.setShortcut(QKeySequence(command.shortcut))
            action.triggered.connect(command.handler)
            window.addAction(action)
        self.retranslate()
        self.refresh()

    def __getitem__(self, id_: str) -> QAction:
        return self._actions[id_]

    def __iter__(self) -> Iterator[tuple[Command, QAction]]:
        return ((command, self._actions[id_]) for id_, command in self._commands.items())

    def fill(self, menu: QMenu) -> None:
        """Put all of them into a menu, in place of what was there."""
        self.refresh()
        menu.clear()
        part = menu
        for command, action in self:
            if command.begins:
                part = menu.addMenu(said(command.begins))
            part.addAction(action)

    def refresh(self) -> None:
        """Enable what can be done now."""
        for id_, action in self._actions.items():
            action.setEnabled(self._commands[id_].enabled_when())

    def retranslate(self) -> None:
        """Say the titles in the present language, with the shortcut in the tool tip."""
        for id_, action in self._actions.items():
            title = said(self._commands[id_].title)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(title)
            action.setToolTip(f"{title} ({keys})" if keys else title)
