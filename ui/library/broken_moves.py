# SPDX-License-Identifier: Apache-2.0
"""Moves of models that were broken off: they are told of, and finished or undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ktdesk.errors import KTDeskError, LibraryError
from ui.tasks import BackgroundTask, Report
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

if TYPE_CHECKING:
    from ktdesk.library.shelf.move_plan import MovePlan


class BrokenMoves(ErrorBanner):
    """Tells of one move after another; hidden without any. ended: files are elsewhere now."""

    ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._plan: MovePlan | None = None
        self._task: BackgroundTask[None] | None = None
        super().__init__(theme, parent)

    def look(self) -> None:
        """Look for moves that were broken off, unless one goes on."""
        if self._task is None:
            BackgroundTask(self, lambda report: _unfinished()).on_success(self._take).start()

    def retranslate(self) -> None:
        """Say it in the present language."""
        super().retranslate()
        if self._plan and self._task is None:
            self._tell(self._plan)

    def _take(self, plan: MovePlan | None) -> None:
        self._plan = plan
        if plan:
            self._tell(plan)

    def _tell(self, plan: MovePlan) -> None:
        error = LibraryError(
            self.tr("Moving {name} was broken off.").format(name=plan.title),
            hint=self.tr("Nothing is lost. Until it is decided, both places may hold parts of it."),
        )
        finish = (self.tr("Finish moving it"), partial(self._run, partial(_finish, plan)))
        undo = (self.tr("Put all back"), partial(self._run, lambda report: _undo(plan)))
        self.show_error(error, *((finish, undo) if plan.can_be_undone else (finish,)))

    def _run(self, work: Callable[[Report], None]) -> None:
        task = BackgroundTask(self, work).on_progress(self._show_progress)
        self._task = task.on_success(self._end).on_failure(self._fail).start()
        self._show_progress("", 0.0)

    def _show_progress(self, stage: str, fraction: float) -> None:
        del stage
        if self._plan and self._task:
            name, percent = self._plan.title, round(100 * fraction)
            text = self.tr("Moving {name}: {percent} %").format(name=name, percent=percent)
            self.show_error(LibraryError(text))

    def _end(self, done: None) -> None:
        self._task = done
        self.hide()
        self.ended.emit()
        self.look()

    def _fail(self, error: KTDeskError) -> None:
        self._task = None
        self.show_error(error)
        self.ended.emit()


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
