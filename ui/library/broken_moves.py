# SPDX-License-Identifier: Apache-2.0
"""Moves of models that were broken off: they are told of, and finished or undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ktdesk.errors import KTDeskError, LibraryError
from ui.aio import Flow, Report, in_thread, start
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

if TYPE_CHECKING:
    from ktdesk.library.shelf.move_plan import MovePlan


class BrokenMoves(ErrorBanner):
    """Tells of one move after another; hidden without any. ended: files are elsewhere now."""

    ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._plan: MovePlan | None = None
        self._running: Flow | None = None
        super().__init__(theme, parent)

    def look(self) -> None:
        """Look for moves that were broken off, unless one goes on."""
        if self._running is None:
            start(self, self._look())

    def retranslate(self) -> None:
        """Say it in the present language."""
        super().retranslate()
        if self._plan and self._running is None:
            self._tell(self._plan)

    async def _look(self) -> None:
        self._plan = await in_thread(lambda report: _unfinished())
        if self._plan:
            self._tell(self._plan)

    def _tell(self, plan: MovePlan) -> None:
        error = LibraryError(
            self.tr("Moving {name} was broken off.").format(name=plan.title),
            hint=self.tr("Nothing is lost. Until it is decided, both places may hold parts of it."),
        )
        finish = (self.tr("Finish moving it"), partial(self._begin, partial(_finish, plan)))
        undo = (self.tr("Put all back"), partial(self._begin, lambda report: _undo(plan)))
        self.show_error(error, *((finish, undo) if plan.can_be_undone else (finish,)))

    def _begin(self, work: Callable[[Report], None]) -> None:
        self._running = start(self, self._run(work))
        self._show_progress("", 0.0)

    async def _run(self, work: Callable[[Report], None]) -> None:
        try:
            await in_thread(work, self._show_progress)
        except KTDeskError as error:
            self._running = None
            self.show_error(error)
            self.ended.emit()
        else:
            self._running = None
            self.hide()
            self.ended.emit()
            self.look()

    def _show_progress(self, stage: str, fraction: float) -> None:
        del stage
        if self._plan and self._running:
            name, percent = self._plan.title, round(100 * fraction)
            text = self.tr("Moving {name}: {percent} %").format(name=name, percent=percent)
            self.show_error(LibraryError(text))


def _unfinished() -> MovePlan | None:
    from ktdesk.library.shelf.move_plan import unfinished_moves

    return next(iter(unfinished_moves()), None)


def _finish(plan: MovePlan, report: Report) -> None:
    from ktdesk.library.shelf.move import move  # with numpy, and what reads model files
    from ktdesk.library.shelf.shelf import Shelf

    told = 0.0

    def progress(done: int, size: int) -> None:
        nonlocal told
        if done - told >= size / 200 or done == size:
            told = done
            report("", done / size)

    with Shelf(()) as shelf:
        move(plan, shelf.facts, progress)


def _undo(plan: MovePlan) -> None:
    from ktdesk.library.shelf.move import undo

    undo(plan)
