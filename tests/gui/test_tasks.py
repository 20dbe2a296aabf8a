# SPDX-License-Identifier: Apache-2.0
"""Work off the GUI thread."""

from __future__ import annotations

import threading

import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from ktdesk.errors import Cancelled, KTDeskError
from ui.tasks import BackgroundTask


def test_success_is_told_on_the_gui_thread(qtbot: QtBot) -> None:
    parent, told = QObject(), []

    def work(report) -> int:
        told.append(QThread.isMainThread())
        return 42

    BackgroundTask(parent, work).on_success(
        lambda result: told.extend([result, QThread.isMainThread()])
    ).start()
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == [False, 42, True]


def test_failure_and_progress_are_told(qtbot: QtBot) -> None:
    parent, told = QObject(), []
    error = KTDeskError("no", hint="h")

    def work(report) -> None:
        report("half", 0.5)
        raise error

    task = BackgroundTask(parent, work).on_failure(told.append)
    task.on_progress(lambda stage, share: told.append((stage, share))).start()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [("half", 0.5), error]


def test_a_fault_is_raised_on_the_gui_thread(qtbot: QtBot) -> None:
    parent = QObject()

    def work(report) -> None:
        raise ZeroDivisionError("oops")

    with qtbot.capture_exceptions() as exceptions:
        BackgroundTask(parent, work).start()
        qtbot.waitUntil(lambda: bool(exceptions))
    assert exceptions[0][0] is ZeroDivisionError


def test_a_task_goes_with_its_parent(qtbot: QtBot) -> None:
    parent, may_go_on, was_cancelled, told = QObject(), threading.Event(), threading.Event(), []

    def work(report) -> None:
        may_go_on.wait(10)
        try:
            report("half", 0.5)
        except Cancelled:
            was_cancelled.set()
            raise

    BackgroundTask(parent, work).on_success(told.append).on_failure(told.append).start()
    shiboken6.delete(parent)
    may_go_on.set()
    assert was_cancelled.wait(10)
    qtbot.wait(20)
    assert not told
