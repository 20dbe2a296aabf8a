# SPDX-License-Identifier: Apache-2.0
"""Finds words in the chat that is shown, also where it has not been read. No widgets."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.errors import KTDeskError
from ui.aio import Flow, in_thread, start
from ui.chat.messages import MessageList

AFTER_MS = 120  # typing and answers that grow pause for this long before it is searched


class FindPresenter(QObject):
    """Keeps the places where words are, and which one of them is shown.

    changed: places or words. chosen: the id of a message, and the number of the place in it; 0 and
    0 if there is none. failed: the ChatsError if messages cannot be read.
    """

    changed = Signal()
    chosen = Signal(int, int)
    failed = Signal(object)

    def __init__(self, messages: MessageList, parent: QObject) -> None:
        super().__init__(parent)
        self._messages = messages
        self.words = ""
        self._found_words = ""  # what the places are of
        self._found: list[tuple[int, int]] = []
        self._ends: list[int] = []  # how many places there are up to each message
        self._at = 0
        self._first_row = 0
        self._searching: Flow | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._search)
        for signal in (messages.rowsInserted, messages.rowsRemoved, messages.modelReset):
            signal.connect(self._search_again)
        messages.dataChanged.connect(self._search_again)

    @property
    def count(self) -> int:
        """How many places there are."""
        return self._ends[-1] if self._ends else 0

    @property
    def number(self) -> int:
        """Which one is shown, from 1 on; 0 without any."""
        return self._at + 1 if self.count else 0

    @property
    def is_searching(self) -> bool:
        """Whether the places are those of other words still."""
        return self._timer.isActive() or self._searching is not None

    def find(self, words: str, first_row: int) -> None:
        """Look for words; the first place from a row on is shown first. '' ends it."""
        self.words, self._first_row = words.strip(), first_row
        self._cancel()
        if self.words:
            self._timer.start()
        else:
            self._found_words = ""
            self._keep([], 0)
            self._choose()
        self.changed.emit()

    def step(self, by: int) -> None:
        """Show the next place, or with -1 the one before; after the last comes the first."""
        if self.count:
            self._at = (self._at + by) % self.count
            self._choose()
            self.changed.emit()

    def _cancel(self) -> None:
        self._timer.stop()
        if self._searching:
            self._searching.cancel()
            self._searching = None

    @Slot()
    def _search_again(self) -> None:
        if self.words and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _search(self) -> None:
        self._cancel()
        self._searching = start(self, self._find(self.words))

    async def _find(self, words: str) -> None:
        messages = self._messages
        try:
            found = await in_thread(
                lambda report: messages.find(words, lambda share: report("", share))
            )
        except KTDeskError as error:
            self._searching = None
            self.failed.emit(error)
        else:
            self._searching = None
            self._take(found)

    def _take(self, found: list[tuple[int, int]]) -> None:
        """Go on from the place that is shown; it stays where only the conversation has changed."""
        shown = self._place() if self.count else None
        is_again, self._found_words = self._found_words == self.words, self.words
        ends = [0, *accumulate(count for _, count in found)]
        which = next((at for at, (id_, _) in enumerate(found) if shown and id_ == shown[0]), None)
        if is_again and shown and which is not None:
            self._keep(found, ends[which] + min(shown[1], found[which][1] - 1))
        else:
            from_row = self._row(shown[0]) if shown else self._first_row
            behind = (at for at, (id_, _) in enumerate(found) if self._row(id_) >= from_row)
            self._keep(found, ends[next(behind, 0)])
            self._choose()
        self.changed.emit()

    def _keep(self, found: list[tuple[int, int]], at: int) -> None:
        self._found, self._at = found, at
        self._ends = list(accumulate(count for _, count in found))

    def _row(self, message_id: int) -> int:
        return self._messages.row_of(message_id) or 0

    def _place(self) -> tuple[int, int]:
        which = bisect_right(self._ends, self._at)
        before = self._ends[which - 1] if which else 0
        return self._found[which][0], self._at - before

    def _choose(self) -> None:
        self.chosen.emit(*(self._place() if self.count else (0, 0)))
