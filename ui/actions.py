# SPDX-License-Identifier: Apache-2.0
"""Commands as a table, and the actions made from it, which buttons and shortcuts read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do. title: says it in the present language."""

    id: str
    title: Callable[[], str]
    shortcut: str
    handler: Callable[[], object]
    enabled_when: Callable[[], bool] = _always


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

    def refresh(self) -> None:
        """Enable what can be done now."""
        for id_, action in self._actions.items():
            action.setEnabled(self._commands[id_].enabled_when())

    def retranslate(self) -> None:
        """Say the titles in the present language, with the shortcut in the tool tip."""
        for id_, action in self._actions.items():
            title = self._commands[id_].title()
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(title)
            action.setToolTip(f"{title} ({keys})" if keys else title)
