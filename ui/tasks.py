# SPDX-License-Identifier: Apache-2.0
"""`BackgroundTask`: work off the GUI thread; its success or failure on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from ktdesk.errors import Cancelled, KTDeskError

T = TypeVar("T")
Report = Callable[[str, float], None]


class _Courier(QObject):
    """Carries a call to the thread it was made on.

    It belongs to its task, not to the task's parent: the work may end after the parent, and then
    still needs something to signal with.
    """

    call = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.call.connect(self._run)

    def _run(self, function: Callable[[], None]) -> None:
        function()


class BackgroundTask(Generic[T]):
    """Runs `work` in a thread of its own; the handlers run on the thread that starts the task.

    work: gets `report(stage, fraction)`, which raises Cancelled once the task is cancelled. A task
    is cancelled when its parent goes; then no handler runs any more. The thread never keeps the
    program from ending. What is raised besides KTDeskError and Cancelled is raised again on the
    GUI thread, for `sys.excepthook`.
    """

    def __init__(self, parent: QObject, work: Callable[[Report], T]) -> None:
        self._work = work
        self._courier = _Courier()
        self._cancelled = threading.Event()
        self._success: Callable[[T], None] = lambda result: None
        self._failure: Callable[[KTDeskError], None] = _raise
        self._progress: Report = lambda stage, fraction: None
        parent.destroyed.connect(self._cancelled.set)

    def on_success(self, handler: Callable[[T], None]) -> BackgroundTask[T]:
        """Call the handler with what the work returned."""
        self._success = handler
        return self

    def on_failure(self, handler: Callable[[KTDeskError], None]) -> BackgroundTask[T]:
        """Call the handler with the error that the work raised; without one, it is raised again."""
        self._failure = handler
        return self

    def on_progress(self, handler: Report) -> BackgroundTask[T]:
        """Call the handler with what the work reports."""
        self._progress = handler
        return self

    def start(self) -> BackgroundTask[T]:
        """Begin. Keep the task only to cancel it: it lives until it has ended."""
        threading.Thread(target=self._run, name="BackgroundTask", daemon=True).start()
        return self

    def cancel(self) -> None:
        """Stop at the next report; no handler runs any more."""
        self._cancelled.set()

    def _run(self) -> None:
        try:
            result = self._work(self._report)
        except Cancelled:
            return
        except KTDeskError as error:
            self._deliver(self._failure, error)
        except Exception as fault:  # noqa: BLE001 - raised again where it is reported
            self._deliver(_raise, fault)
        else:
            self._deliver(self._success, result)

    def _report(self, stage: str, fraction: float) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        self._deliver(self._progress, stage, fraction)

    def _deliver(self, handler: Callable[..., None], *arguments: Any) -> None:
        def call() -> None:
            if not self._cancelled.is_set():
                handler(*arguments)

        self._courier.call.emit(call)


def _raise(error: Exception) -> None:
    raise error
