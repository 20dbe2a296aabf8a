# SPDX-License-Identifier: Apache-2.0
"""The engine's events on their way to the GUI thread."""

from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from ktdesk import Done, Failed, Message, Prefill, Request, Token
from tests.gui.conftest import CLOSE_MS
from tests.gui.fake_engine import STATS, FakeEngine
from ui.bridge import TICK_MS, Bundle, EngineBridge, Loaded, LoadFailed

HELLO = Request(messages=(Message("user", "hello"),))


def collect(bridge: EngineBridge) -> list[list[object]]:
    """Return the list to which every signal's events are appended."""
    signals: list[list[object]] = []
    bridge.events.connect(signals.append)
    bridge.answered.connect(lambda request_id, events: signals.append(events))
    return signals


def ended(signals: list[list[object]]) -> bool:
    return bool(signals) and isinstance(signals[-1][-1], Done | Failed | Loaded | LoadFailed)


def test_events_of_one_kind_are_merged() -> None:
    bundle = Bundle()
    for event in (Prefill(1, 9), Prefill(9, 9), Token(1, "a"), Token(2, "b"), Done("end", STATS)):
        bundle.add(event)
    assert bundle.take() == [Prefill(9, 9), Token(None, "ab"), Done("end", STATS)]


def test_texts_of_two_channels_stay_apart() -> None:
    bundle = Bundle()
    for event in (Token(1, "a", "reasoning"), Token(2, "b", "reasoning"), Token(3, "c")):
        bundle.add(event)
    assert bundle.take() == [Token(None, "ab", "reasoning"), Token(3, "c")]
    assert bundle.take() == []


def test_a_thousand_tokens_make_no_more_signals_than_the_timer_ticks(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine
) -> None:
    engine.events = lambda request: [*(Token(1, "x") for _ in range(1000)), Done("end", STATS)]
    ticks: list[None] = []
    bridge._timer.timeout.connect(lambda: ticks.append(None))
    signals = collect(bridge)
    bridge.generate(HELLO)
    qtbot.waitUntil(lambda: ended(signals))
    assert len(signals) <= len(ticks) + 1  # the end waits for no tick
    assert bridge._timer.interval() == TICK_MS >= 1000 / 30
    texts = [event.text for events in signals for event in events if isinstance(event, Token)]
    assert "".join(texts) == "x" * 1000


def test_cancelling_before_the_engine_has_begun_still_cancels(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine
) -> None:
    def events(request: Request):
        if engine.cancelled.wait(5):
            yield Done("cancelled", STATS)

    engine.events = events
    signals = collect(bridge)
    bridge.generate(HELLO)
    bridge.cancel()  # the worker may not have seen the request yet
    qtbot.waitUntil(lambda: ended(signals))
    assert signals[-1][-1] == Done("cancelled", STATS)


def test_loading_can_be_cancelled_at_once(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine, file: Path
) -> None:
    may_go_on = threading.Event()

    def slow(request: Request):
        may_go_on.wait(10)
        yield Done("cancelled", STATS)

    engine.events = slow
    signals = collect(bridge)
    bridge.generate(HELLO)
    bridge.load(file)
    bridge.cancel()  # while the engine's thread still has the request to do
    may_go_on.set()
    qtbot.waitUntil(lambda: ended(signals))
    assert signals[-1][-1] == LoadFailed(None)
    assert not engine.loads


def test_two_requests_are_answered_beside_each_other(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine
) -> None:
    both = threading.Barrier(2, timeout=10)

    def events(request: Request):
        both.wait()
        yield Token(1, request.messages[0].content)
        yield Done("end", STATS)

    engine.events = events
    told: dict[str, list[object]] = {}
    bridge.answered.connect(lambda id_, events: told.setdefault(id_, []).extend(events))
    requests = [Request(messages=(Message("user", text),)) for text in ("one", "two")]
    for request in requests:
        bridge.generate(request)
    qtbot.waitUntil(lambda: [len(events) for events in told.values()] == [2, 2])
    assert [told[request.id][0] for request in requests] == [Token(1, "one"), Token(1, "two")]


def test_a_load_replaces_the_one_under_way(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine, file: Path
) -> None:
    def endless(request: Request):
        while not engine.cancelled.wait(0.001):
            yield Token(1, "x")
        yield Done("cancelled", STATS)

    engine.events = endless
    signals = collect(bridge)
    bridge.generate(HELLO)
    qtbot.waitUntil(lambda: bool(signals))
    signals.clear()
    bridge.load(file)
    qtbot.waitUntil(lambda: ended(signals))
    kinds = {type(event) for events in signals for event in events}
    assert Done not in kinds
    assert isinstance(signals[-1][-1], Loaded)


def test_closing_while_it_generates_ends_the_thread(qtbot: QtBot, engine: FakeEngine) -> None:
    def endless(request: Request):
        while not engine.cancelled.wait(0.001):
            yield Token(1, "x")

    engine.events = endless
    bridge = EngineBridge(engine)
    signals = collect(bridge)
    bridge.generate(HELLO)
    qtbot.waitUntil(lambda: bool(signals))
    assert bridge.close(CLOSE_MS)
    assert all(worker._thread.isFinished() for worker in bridge._workers)


def test_a_fault_of_the_engine_is_reported_and_ends_the_request(
    qtbot: QtBot, bridge: EngineBridge, engine: FakeEngine, monkeypatch
) -> None:
    faults: list[BaseException] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, fault, trace: faults.append(fault))

    def broken(request: Request):
        yield Token(1, "x")
        raise ZeroDivisionError("oops")

    engine.events = broken
    signals = collect(bridge)
    bridge.generate(HELLO)
    qtbot.waitUntil(lambda: ended(signals))
    assert isinstance(signals[-1][-1], Failed)
    assert [str(fault) for fault in faults] == ["oops"]


def test_a_thousand_signals_one_after_another(qtbot: QtBot, bridge: EngineBridge) -> None:
    """Some releases of PySide6 lose a reference with every emit and abort after some hundred."""
    signals = collect(bridge)
    for at in range(1000):
        bridge.events.emit([Token(at, "x")])
    assert len(signals) == 1000
