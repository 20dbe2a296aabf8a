# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to a queue in whatever order: its promises hold, and at the end all is done."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import time
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.item import ACTIVE, State, Wait
from ktdesk.library.downloads.night import Night
from tests.unit.library.downloads.conftest import Driven, make_order, reached

NIGHT = Night(time(22), time(6))
picks = st.integers(0, 99)


class AnyOrder(RuleBasedStateMachine):
    """A driver, of which every transfer does at once what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.driven = Driven(Path(self.folder.name))
        self.added, self.removed, self.paused = 0, set[str](), set[str]()

    def teardown(self) -> None:
        self.drain()
        self.driven.driver.close()
        self.driven.store.close()
        self.folder.cleanup()

    def pick(self, at: int) -> str:
        records = self.driven.store.records()
        return records[at % len(records)].order.id if records else ""

    def pick_running(self, at: int) -> str:
        running = list(self.driven.driver._transfers)
        return running[at % len(running)] if running else ""

    @precondition(lambda self: self.added < 8)
    @rule(shared=st.booleans())
    def add(self, shared: bool) -> None:
        order = make_order(self.driven.folder, str(self.added))
        if shared:
            order = replace(order, folder=self.driven.folder / "shared")
        self.driven.store.add(order, reached(order, 0))
        self.added += 1

    @rule(at=picks)
    def pause(self, at: int) -> None:
        id_ = self.pick(at)
        states = {record.order.id: record.state for record in self.driven.store.records()}
        if states.get(id_) not in (None, State.DONE, State.FAILED):
            self.paused.add(id_)
        self.driven.store.pause([id_])

    @rule(at=picks)
    def resume(self, at: int) -> None:
        id_ = self.pick(at)
        self.paused.discard(id_)
        self.driven.store.resume([id_])

    @rule(at=picks)
    def remove(self, at: int) -> None:
        if id_ := self.pick(at):
            self.driven.store.mark_removed(id_, deletes_files=False)
            self.removed.add(id_)

    @rule(at=picks, source=st.sampled_from(["hub", "mirror"]))
    def change_source(self, at: int, source: str) -> None:
        records = self.driven.store.records()
        if records:
            order = records[at % len(records)].order
            self.driven.store.replace(replace(order, source=source))

    @rule(at=picks, by=st.integers(-3, 3))
    def move(self, at: int, by: int) -> None:
        self.driven.store.move(self.pick(at), by)

    @rule(at=picks, kind=st.sampled_from(["", "offline", "busy", "full", "gated", "broken"]))
    def end(self, at: int, kind: str) -> None:
        if id_ := self.pick_running(at):
            self.driven.finish(id_, DownloadError("It failed.", kind=kind) if kind else None)
            if not kind:
                self.paused.discard(id_)

    @rule(at=picks, note=st.sampled_from(["", "It waits."]))
    def report(self, at: int, note: str) -> None:
        if id_ := self.pick_running(at):
            fetch = self.driven.transport.last(id_)
            fetch.report(reached(fetch.order, 500, note=note))

    @rule(seconds=st.sampled_from([1, 30, 400, 8 * 3600]))
    def let_time_pass(self, seconds: float) -> None:
        self.driven.clocks.pass_by(seconds)

    @rule(at_once=st.integers(1, 3), night=st.sampled_from([None, NIGHT]))
    def set_rules(self, at_once: int, night: Night | None) -> None:
        self.driven.rules = replace(self.driven.rules, at_once=at_once, night=night)

    @rule()
    def restart(self) -> None:
        self.driven.driver.close()
        self.driven.driver = self.driven.make_driver()

    def settle(self) -> None:
        """Step until nothing is stopping any more."""
        self.driven.step()
        while stopping := [t for t in self.driven.driver._transfers.values() if t.is_stopping]:
            for transfer in stopping:
                transfer.wait()
            self.driven.step()
        self.driven.step()

    @invariant()
    def promises_hold(self) -> None:
        self.settle()
        driven = self.driven
        records = {record.order.id: record for record in driven.store.records()}
        running = driven.driver._transfers
        assert not self.removed & set(records)
        assert all(records[id_].state is State.PAUSED for id_ in self.paused & set(records))
        assert {id_ for id_, r in records.items() if r.state in ACTIVE} == set(running)
        assert all(t.order == records[id_].order for id_, t in running.items())
        folders = [transfer.order.folder for transfer in running.values()]
        assert len(folders) == len(set(folders))
        is_open = driven.rules.night is None or driven.rules.night.is_at(driven.clocks.now)
        if not is_open:
            assert not running
        busy = [t for t in running.values() if not driven.driver._is_stuck(t)]
        assert len(busy) <= driven.rules.at_once
        waiting = [r for r in records.values() if r.state is State.QUEUED]
        if is_open and len(busy) < driven.rules.at_once:  # nobody is held up without a reason
            assert all(record.order.folder in folders for record in waiting)
        assert is_open or not waiting
        assert all(r.waits_for is not Wait.NIGHT for r in records.values()) or not is_open

    def drain(self) -> None:
        """Let all that is left come to its end."""
        driven = self.driven
        driven.rules = replace(driven.rules, at_once=2, night=None)
        driven.store.resume([record.order.id for record in driven.store.records()])
        for _ in range(50):
            self.settle()
            if not driven.driver._transfers:
                break
            for id_ in list(driven.driver._transfers):
                driven.finish(id_)
        assert {record.state for record in driven.store.records()} <= {State.DONE}


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_any_order_of_events = AnyOrder.TestCase
