# SPDX-License-Identifier: Apache-2.0
"""Coroutines on the GUI thread, and their work off it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QEventLoop, QObject, QThread
from pytestqt.qtbot import QtBot

from ktdesk.errors import Cancelled, KTDeskError
from ui.aio import Report, in_thread, start


class Gate:
    """Work that waits until it is opened, and tells whether it was cancelled."""

    def __init__(self) -> None:
        self.is_entered, self.is_open = threading.Event(), threading.Event()
        self.was_cancelled = threading.Event()

    def work(self, report: Report) -> str:
        self.is_entered.set()
        self.is_open.wait(10)
        try:
            report("half", 0.5)
        except Cancelled:
            self.was_cancelled.set()
            raise
        return "through"


@pytest.fixture
def parent(qapp) -> QObject:
    return QObject()


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_work_is_off_the_gui_thread_and_the_rest_on_it(qtbot: QtBot, parent: QObject) -> None:
    told = []

    async def flow() -> None:
        told.append(await in_thread(lambda report: QThread.isMainThread()))
        told.append(QThread.isMainThread())

    start(parent, flow())
    assert not told
    qtbot.waitUntil(lambda: told == [False, True])


def test_progress_is_shown_on_the_gui_thread_before_the_end(qtbot: QtBot, parent: QObject) -> None:
    is_seen, told = threading.Event(), []

    def work(report: Report) -> str:
        report("first", 0.25)
        is_seen.wait(10)
        for number in range(100_000):  # far more than could be shown
            report("more", number / 100_000)
        return "all"

    def show(stage: str, fraction: float) -> None:
        told.append((stage, QThread.isMainThread()))
        is_seen.set()

    async def flow() -> None:
        told.append(await in_thread(work, show))

    start(parent, flow())
    qtbot.waitUntil(lambda: "all" in told)
    assert told[0] == ("first", True)
    assert set(told[1:-1]) == {("more", True)}
    assert told[-1] == "all"


def test_an_error_is_raised_where_it_is_waited_for(qtbot: QtBot, parent: QObject) -> None:
    error, told = KTDeskError("no", hint="h"), []

    def work(report: Report) -> None:
        raise error

    async def flow() -> None:
        try:
            await in_thread(work)
        except KTDeskError as caught:
            told.append(caught)

    start(parent, flow())
    qtbot.waitUntil(lambda: bool(told))
    assert told == [error]


def fail(*_: object) -> None:
    raise ZeroDivisionError("oops")


def report_once(report: Report) -> None:
    report("", 0.5)


@pytest.mark.parametrize(("work", "show"), [(fail, None), (report_once, fail)])
def test_a_fault_reaches_the_hook(
    qtbot: QtBot, parent: QObject, work: Callable[[Report], None], show: Report | None
) -> None:
    async def flow() -> None:
        await in_thread(work, show)

    with qtbot.capture_exceptions() as exceptions:
        start(parent, flow())
        qtbot.waitUntil(lambda: bool(exceptions))
    assert [kind for kind, _, _ in exceptions] == [ZeroDivisionError]


def through(gate: Gate, told: list[object]) -> Callable[[], object]:
    async def flow() -> None:
        told.append("begun")
        try:
            told.append(await in_thread(gate.work, lambda *progress: told.append(progress)))
        except KTDeskError as error:
            told.append(error)

    return flow


@pytest.mark.parametrize("does_parent_go", [False, True])
def test_nothing_runs_after_the_end_of_a_flow(
    qtbot: QtBot, parent: QObject, gate: Gate, does_parent_go: bool
) -> None:
    told: list[object] = []
    flow = start(parent, through(gate, told)())
    qtbot.waitUntil(gate.is_entered.is_set)
    if does_parent_go:
        shiboken6.delete(parent)
    else:
        flow.cancel()
    gate.is_open.set()
    assert gate.was_cancelled.wait(10)
    qtbot.wait(20)
    assert told == ["begun"]


def test_a_result_that_is_on_its_way_comes_too_late(
    qtbot: QtBot, parent: QObject, gate: Gate
) -> None:
    told: list[object] = []
    flow = start(parent, through(gate, told)())
    qtbot.waitUntil(gate.is_entered.is_set)
    (thread,) = (each for each in threading.enumerate() if each.name == "in_thread")
    gate.is_open.set()
    thread.join(10)
    flow.cancel()
    qtbot.wait(20)
    assert told == ["begun"]


def test_a_flow_that_has_not_begun_can_be_cancelled(qtbot: QtBot, parent: QObject) -> None:
    told: list[object] = []
    start(parent, through(Gate(), told)()).cancel()
    qtbot.wait(20)
    assert not told


def test_work_may_end_its_flow(qtbot: QtBot, parent: QObject) -> None:
    told: list[object] = []

    def work(report: Report) -> None:
        raise Cancelled

    async def flow() -> None:
        try:
            await in_thread(work)
            told.append("more")
        finally:
            told.append("end")

    start(parent, flow())
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["end"]


def test_flows_go_on_beside_each_other(qtbot: QtBot, parent: QObject) -> None:
    first, second = Gate(), Gate()
    of_first: list[object] = []
    of_second: list[object] = []
    start(parent, through(first, of_first)())
    start(parent, through(second, of_second)())
    qtbot.waitUntil(lambda: first.is_entered.is_set() and second.is_entered.is_set())
    second.is_open.set()
    qtbot.waitUntil(lambda: "through" in of_second)
    assert of_first == ["begun"]
    first.is_open.set()
    qtbot.waitUntil(lambda: "through" in of_first)


def test_a_flow_that_waits_for_a_dialog_holds_no_other_up(qtbot: QtBot, parent: QObject) -> None:
    dialog, told = QEventLoop(), []

    async def modal() -> None:
        dialog.exec()
        told.append("closed")
        await asyncio.sleep(0)
        told.append("and on")

    async def other() -> None:
        await in_thread(lambda report: None)
        told.append("other")
        dialog.quit()

    start(parent, modal())
    start(parent, other())
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == ["other", "closed", "and on"]


def test_other_loops_may_run_in_the_thread(qtbot: QtBot, parent: QObject, gate: Gate) -> None:
    told: list[object] = []
    start(parent, through(gate, told)())
    qtbot.waitUntil(gate.is_entered.is_set)
    assert asyncio.run(asyncio.sleep(0, "slept")) == "slept"
    gate.is_open.set()
    qtbot.waitUntil(lambda: "through" in told)


def test_sockets(qtbot: QtBot, parent: QObject) -> None:
    told: list[object] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()
        await writer.wait_closed()

    async def flow() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1") as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello\n")
            told.append(await reader.read())
            writer.close()
            await writer.wait_closed()

    start(parent, flow())
    qtbot.waitUntil(lambda: told == [b"HELLO\n"])


def test_a_process(qtbot: QtBot, parent: QObject) -> None:
    told: list[object] = []

    async def flow() -> None:
        pipe = asyncio.subprocess.PIPE
        code = "import sys; sys.stdout.write(sys.stdin.read() * 2); sys.exit(3)"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdin=pipe, stdout=pipe
        )
        output, _ = await process.communicate(b"ab")
        told.extend([output, process.returncode])

    start(parent, flow())
    qtbot.waitUntil(lambda: told == [b"abab", 3])
