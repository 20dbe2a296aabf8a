# SPDX-License-Identifier: Apache-2.0
"""Asks once whether newer versions may be looked for, looks, and holds what was found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from enum import Enum

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import KTDeskError
from ktdesk.settings import Settings
from ktdesk.updates import Release, is_due, newest_release
from ui.aio import in_thread, start
from ui.settings_store import SettingsStore

_log = logging.getLogger(__name__)


class Shown(Enum):
    """What there is to say."""

    NOTHING = "nothing"
    QUESTION = "question"  # whether KTDesk may look
    LOOKING = "looking"
    NEWER = "newer"
    NEWEST = "newest"  # is this one
    ERROR = "error"


class UpdatePresenter(QObject):
    """Nobody is asked before the user has said yes, or wants to look now.

    changed: something else is to be shown. look: what asks for the newest release, off the GUI
    thread. A look at the start of the program tells only of a newer version.
    """

    changed = Signal()

    def __init__(
        self,
        store: SettingsStore,
        parent: QObject | None = None,
        *,
        look: Callable[[Settings], Release] = newest_release,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(parent)
        self._store, self._ask, self._today = store, look, today
        self._is_looking = False
        self.shown = Shown.NOTHING
        self.release: Release | None = None
        self.error: KTDeskError | None = None
        store.changed.connect(self._follow)

    def start(self) -> None:
        """Do what belongs to the start of the program: look, if that is allowed, or ask."""
        updates = self._store.settings.updates
        if updates.look == "ask" and updates.feed:
            self._show(Shown.QUESTION)
        elif is_due(updates, self._today()):
            self._look()

    def answer(self, may_look: bool) -> None:
        """Keep what the user said; look at once, if that is yes."""
        self._store.set("updates", "look", "at start" if may_look else "never")
        if may_look:
            self.look()

    @Slot()
    def look(self) -> None:
        """Look now, and tell whatever comes of it."""
        self._show(Shown.LOOKING)
        self._look()

    @Slot()
    def dismiss(self) -> None:
        """Say nothing more."""
        self._show(Shown.NOTHING)

    def _look(self) -> None:
        if self._is_looking:
            return  # what comes of it is told as is wanted by then
        self._is_looking = True
        self._store.set("updates", "looked_on", self._today().isoformat())
        start(self, self._fetch(self._store.settings))

    async def _fetch(self, settings: Settings) -> None:
        try:
            self.release = await in_thread(lambda report: self._ask(settings))
        except KTDeskError as error:
            self.error = error
            _log.info("%s", error)
            found = Shown.ERROR
        else:
            found = Shown.NEWER if self.release.is_newer else Shown.NEWEST
        self._is_looking = False
        if found is Shown.NEWER or self.shown is Shown.LOOKING:
            self._show(found)

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        """Ask no more when the question was answered in the settings."""
        if (section, name) == ("updates", "look") and self.shown is Shown.QUESTION:
            self.dismiss()
