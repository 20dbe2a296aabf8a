# SPDX-License-Identifier: Apache-2.0
"""Several answers at a time: a step computes a token of each, and prompts are read in between.

There is no thread for that. Whoever waits for an event of an answer drives the batch, for all that
are in it, until the event is there; then another one who waits goes on. So one answer alone runs in
its caller's thread, and nothing runs that nobody waits for. Who only listens waits for the last
event alone, so that no step wakes a thread for each answer.

What is fair: answers begin in the order in which they came. Each step has a token of all that are
being written. Prompts take turns by chunks. Where prompts are read while answers are written, each
of the two gets half of the time, and the change between them comes after half a layer, however long
the chunk is.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ktdesk.devices.buffers import Part
from ktdesk.devices.logits import TokenLogits
from ktdesk.errors import Cancelled
from ktdesk.kernels.streams import Flag
from ktdesk.runtime.member import Answering, Hear, Member, Step
from ktdesk.runtime.prompt_lookup import Costs
from ktdesk.runtime.request import NOTHING_DONE, Done, Event, Prefill
from ktdesk.runtime.sequence import CachedSequence
from ktdesk.runtime.sequences import Sequences

# Rows that an answer should have in front of it when it begins, and gets at least when it has none.
_SPARE_TOKENS = 64
# What a step or a part of a prompt counts at most, when both share the time. None takes so long,
# but a machine may sleep meanwhile, and the others are not to get as much.
_MOST_OWED_S = 10.0

# Returns the logits after each token of a step. Raises Cancelled if the flag is set meanwhile.
RunStep = Callable[[Sequence[Part], Flag | None], Sequence[TokenLogits]]


class Batch:
    """Answers that share the steps of one model, at most as many as `sequences` may hold.

    Thread-safe. costs: notes how long steps take.
    """

    def __init__(self, run: RunStep, sequences: Sequences, costs: Costs) -> None:
        self._run, self._sequences, self._costs = run, sequences, costs
        self._lock = threading.RLock()  # an iterator may be closed by the collector of garbage
        self._is_driven = False
        self._waiting: deque[Member] = deque()
        self._parked: list[Member] = []  # in the order in which they began
        self._running: list[Member] = []  # likewise
        self._reading: deque[Member] = deque()  # of the running; the first has the next chunk
        self._read_s = self._step_s = 0.0  # since prompts and answers compete

    @property
    def is_alone(self) -> bool:
        """Whether one answer has all the time."""
        return len(self._running) == 1

    def answer(
        self,
        prompt: Sequence[int],
        begin: Callable[[Member, CachedSequence], Answering],
        cancelled: Flag,
        on_end: Callable[[], None],
        hear: Hear | None,
    ) -> Iterator[Event]:
        """Yield the events of an answer, or its last if others are heard. Raises what it raises.

        See `Member`.
        """
        member = Member(prompt, begin, cancelled, on_end, hear, self._lock)
        with self._lock:
            self._waiting.append(member)
        try:
            while True:
                is_over = member.is_over  # no event comes after that
                while member.events:
                    yield member.events.popleft()
                if is_over:
                    break
                self._await(member)
            if member.error:
                raise member.taken_error()
        finally:
            member.cancelled.set()
            self.end_cancelled()

    def _await(self, member: Member) -> None:
        """Wait for news of a member, or drive until there is some."""
        with self._lock:
            while self._is_driven and not member.has_news:
                member.is_waiting = True
                try:
                    member.ready.wait()
                finally:
                    member.is_waiting = False
            if member.has_news:
                return
            self._is_driven = True
        try:
            while not member.has_news:
                self._advance()
        finally:
            self._let_drive()

    def end_cancelled(self) -> None:
        """End members that are cancelled, or leave that to whoever drives."""
        with self._lock:
            if self._is_driven:
                return
            self._is_driven = True
        try:
            self._end_cancelled()
        finally:
            self._let_drive()

    def _let_drive(self) -> None:
        with self._lock:
            self._is_driven = False
            for member in (*self._running, *self._parked, *self._waiting):
                if member.is_waiting and not member.has_news:
                    member.ready.notify()
                    return

    def _advance(self) -> None:
        """Do one thing: a step, half a layer of a prompt, or a token that needs no step."""
        self._end_cancelled()
        for member in self._running:
            if member.step and not member.step.tokens:  # its rows are not to move: so it is first
                member.step = None
                self._resume(member, lambda task: task.send(None))
                return
        if not any(member.standing.is_held for member in self._running):
            self._admit()
        writing = [member for member in self._running if member.step]
        if not (writing and self._reading):
            self._read_s = self._step_s = 0.0
        start = time.monotonic()
        if writing and (not self._reading or self._step_s < self._read_s):
            writing = self._with_room(writing)
            if writing:
                self._step(writing)
                self._step_s += min(time.monotonic() - start, _MOST_OWED_S)
                return
        if self._reading:
            self._read()
            self._read_s += min(time.monotonic() - start, _MOST_OWED_S)

    def _end_cancelled(self) -> None:
        for member in (*self._running, *self._parked):
            if member.cancelled.is_set():
                self._throw(member, Cancelled())
        with self._lock:
            waiting = list(self._waiting)
        for member in waiting:
            if member.cancelled.is_set():
                self._put(member, Done("cancelled", NOTHING_DONE))
                self._end(member)

    def _admit(self) -> None:
        """Let those go on, and then begin, for whom there is room, in their order."""
        while self._parked and len(self._running) < self._sequences.most:
            member = self._parked[0]
            assert member.parked is not None
            if not self._sequences.unpark(member.standing, member.parked, 2 * _SPARE_TOKENS):
                return
            member.parked = None
            self._parked.remove(member)
            self._running.append(member)
            if member.step is None:
                self._reading.append(member)
        while self._waiting and len(self._running) < self._sequences.most:
            member = self._waiting[0]
            sequence = self._sequences.begin(member.prompt, _SPARE_TOKENS)
            if sequence is None:
                return
            self._waiting.popleft()
            member.sequence, member.answering = sequence, member.begin(member, sequence)
            self._running.append(member)
            self._reading.append(member)
        for member in self._running:
            member.together = max(member.together, len(self._running))

    def _with_room(self, writing: list[Member]) -> list[Member]:
        """Return those of the members that have rows for their next tokens.

        None, if others must move first and cannot yet. Where there are no rows left, the youngest
        answer leaves the caches until others have ended.
        """
        for member in writing:  # what others grow into must leave each of them its next rows
            sequence = member.standing
            sequence.wanted = max(sequence.wanted, len(sequence) + self._count(member, writing))
        for member in writing:
            wanted = member.standing.wanted
            if member not in self._running or self._sequences.has_room(member.standing, wanted):
                continue
            if any(each.standing.is_held for each in self._running):
                return []
            while member in self._running and not (
                self._sequences.grow(member.standing, wanted + _SPARE_TOKENS)
                or self._sequences.grow(member.standing, wanted)
            ):
                self._park(self._running[-1])
        return [member for member in writing if member in self._running]

    def _park(self, member: Member) -> None:
        member.parked = self._sequences.park(member.standing)
        self._running.remove(member)
        if member in self._reading:
            self._reading.remove(member)
        self._parked.insert(0, member)

    def _count(self, member: Member, writing: Sequence[Member]) -> int:
        assert member.step
        return len(member.step.tokens) if len(writing) == 1 else 1

    def _step(self, writing: Sequence[Member]) -> None:
        """Compute the next token of each."""
        parts = list[Part]()
        for member in writing:
            assert member.step
            tokens = member.step.tokens[: self._count(member, writing)]
            parts.append(Part(tokens, len(member.standing), member.standing.base))
        alone = writing[0].cancelled if len(writing) == 1 else None
        start = time.monotonic()
        try:
            logits = self._run(parts, alone)
        except Exception as error:  # noqa: BLE001 - it is each member's own
            for member in writing:
                self._throw(member, error)
            return
        self._costs.note(len(logits), time.monotonic() - start)
        at = 0
        for member, part in zip(writing, parts, strict=True):
            count = len(part.tokens)
            member.step = None
            self._resume(member, lambda task, some=logits[at : at + count]: task.send(some))
            at += count

    def _read(self) -> None:
        """Read half a layer of the chunk whose turn it is."""
        member = self._reading[0]
        self._resume(member, next)
        if member in self._reading and not member.standing.is_held:
            self._reading.rotate(-1)

    def _throw(self, member: Member, error: Exception) -> None:
        self._resume(member, lambda task: task.throw(error))

    def _resume(self, member: Member, go_on: Callable[[Answering], Event | Step]) -> None:
        """Let a member go on until it waits for a step, or has read some more."""
        assert member.answering
        try:
            said = go_on(member.answering)
            while not isinstance(said, Step):
                self._put(member, said)
                if isinstance(said, Prefill):
                    break
                said = next(member.answering)
        except StopIteration:
            self._end(member)
        except BaseException as error:
            member.error = error
            self._end(member)
            if not isinstance(error, Exception):
                raise
        else:
            self._note(member, said)

    def _note(self, member: Member, said: Step | Prefill) -> None:
        """Note what a running member waits for."""
        member.step = said if isinstance(said, Step) else None
        if member.step and member in self._reading:
            self._reading.remove(member)
        elif member.step is None and member not in self._reading:
            self._reading.append(member)

    def _put(self, member: Member, event: Event) -> None:
        if member.hear and not isinstance(event, Done):
            member.hear(event)
            return
        member.events.append(event)
        self._tell(member)

    def _end(self, member: Member) -> None:
        with self._lock:
            for line in (self._waiting, self._parked, self._running, self._reading):
                if member in line:
                    line.remove(member)
        if member.sequence is not None and member.parked is None:
            self._sequences.end(member.sequence)
        member.parked = None
        member.is_over = True
        member.on_end()
        self._tell(member)

    def _tell(self, member: Member) -> None:
        with self._lock:
            if member.is_waiting:
                member.ready.notify()
