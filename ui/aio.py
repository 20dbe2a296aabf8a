# SPDX-License-Identifier: Apache-2.0
"""Coroutines on the GUI thread, over qasync: what waits for work off it reads from top to bottom.

No other module imports qasync. What must go on whatever becomes of a loop (downloads, the engine,
the server) has threads and processes of its own, and tells by signals.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QObject, Qt

from ktdesk.errors import Cancelled

if TYPE_CHECKING:
    import asyncio
    from contextvars import Context

T = TypeVar("T")
Report = Callable[[str, float], None]

ENDS_WITHIN_S = 1.0  # flows that are under way when the program ends
_flows: set[asyncio.Task[None]] = set()


class Flow(Protocol):
    """A coroutine that was started."""

    def cancel(self) -> object:
        """End it where it waits: nothing that follows there runs any more."""
        ...


def start(parent: QObject, coroutine: Coroutine[Any, Any, None]) -> Flow:
    """Begin a flow on the GUI thread, at the next turn of its loop; keep it only to cancel it.

    It is cancelled when its parent goes, or the program ends. What it raises is for
    `sys.excepthook`. While a step of it waits for a dialog, other flows go on.
    """
    loop = _loop()
    if loop.is_closed():  # the program ends, and nothing would step it
        coroutine.close()
        return loop.create_future()
    task = loop.create_task(coroutine)
    link = parent.destroyed.connect(lambda: task.cancel())

    def end(task: asyncio.Task[None]) -> None:
        _flows.discard(task)
        QObject.disconnect(link)
        if not task.cancelled() and (fault := task.exception()):
            _report(fault)

    _flows.add(task)
    task.add_done_callback(end)
    return task


async def in_thread(work: Callable[[Report], T], show: Report | None = None) -> T:
    """Run `work` in a thread of its own; return what it returns, or raise what it raises.

    work: gets `report(stage, fraction)`, which raises Cancelled once the flow is cancelled. show:
    called with the newest report on the GUI thread, as often as that has time. Work that raises
    Cancelled by itself ends the flow. The thread never keeps the program from ending.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    news, is_told = ("", 0.0), False

    def tell(function: Callable[..., object], *args: object) -> None:
        """Call on the GUI thread, unless the flow is cancelled by then."""
        if not done.done():  # else the loop may be closed
            loop.call_soon_threadsafe(lambda: done.done() or function(*args))

    def show_news() -> None:
        nonlocal is_told
        is_told = False
        if show:
            show(*news)

    def report(stage: str, fraction: float) -> None:
        nonlocal news, is_told
        if done.cancelled():
            raise Cancelled
        news = stage, fraction
        if not is_told:  # else it could flood the loop, and hold everything up
            is_told = True
            tell(show_news)

    def run() -> None:
        try:
            result = work(report)
        except Cancelled:
            tell(done.cancel)
        except Exception as fault:  # noqa: BLE001 - raised again where it is waited for
            tell(done.set_exception, fault)
        else:
            tell(done.set_result, result)

    threading.Thread(target=run, name="in_thread", daemon=True).start()
    return await done


@cache
def _loop() -> asyncio.BaseEventLoop:
    """Return the loop. The first flow makes it, so nothing is imported until one is started."""
    import asyncio
    from asyncio import (  # what it has for those who make loops
        _get_running_loop,  # pyright: ignore[reportPrivateUsage]
        _set_running_loop,  # pyright: ignore[reportPrivateUsage]
    )
    from asyncio.tasks import (
        _enter_task,  # pyright: ignore[reportPrivateUsage]
        _leave_task,  # pyright: ignore[reportPrivateUsage]
    )

    os.environ["QT_API"] = "pyside6"  # qasync would import another Qt that it names
    import qasync  # pyright: ignore[reportMissingTypeStubs]

    base = cast("type[asyncio.BaseEventLoop]", qasync.QEventLoop)

    class Loop(base):
        """A guest of Qt's loop, whoever runs that; asyncio's running one only during its steps."""

        def call_later(
            self,
            delay: float,
            callback: Callable[..., object],
            *args: object,
            context: Context | None = None,
        ) -> asyncio.TimerHandle:
            return super().call_later(delay, self._step, callback, *args, context=context)

        def _step(self, callback: Callable[..., object], *args: object) -> None:
            """Call back, also within the step of a task that has Qt's loop run for a dialog."""
            outer_loop, outer_task = _get_running_loop(), asyncio.current_task(self)
            if outer_task:
                _leave_task(self, outer_task)
            _set_running_loop(self)
            try:
                callback(*args)
            finally:
                _set_running_loop(outer_loop)
                if outer_task:
                    _enter_task(self, outer_task)

    application = cast("QCoreApplication", QCoreApplication.instance())
    loop = Loop(application, already_running=True)  # pyright: ignore[reportCallIssue]
    _set_running_loop(None)  # which that has made it
    loop.set_exception_handler(_on_fault)
    application.aboutToQuit.connect(_close, Qt.ConnectionType.SingleShotConnection)
    return loop


def _on_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if fault := context.get("exception"):
        _report(fault)
    else:
        loop.default_exception_handler(context)


def _report(fault: BaseException) -> None:
    sys.excepthook(type(fault), fault, fault.__traceback__)


def _close() -> None:
    """Let all flows end, so that none is left when Python goes."""
    until = time.monotonic() + ENDS_WITHIN_S
    while _flows and time.monotonic() < until:
        for task in _flows:
            task.cancel()
        QCoreApplication.processEvents()
    loop = _loop()
    loop.stop()
    loop.close()
