# SPDX-License-Identifier: Apache-2.0
"""Speeds that answers had, kept beside those predicted: they correct what is predicted next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from ktdesk.errors import KTDeskError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Machine
from ktdesk.hardware.measurements import hardware_key
from ktdesk.planning.expert_record import read_counts
from ktdesk.planning.plan import Plan, Wishes, make_plan
from ktdesk.planning.record import Outcome, keep_outcomes
from ktdesk.planning.speed import decode_speed, prefill_speed
from ktdesk.planning.this_machine import machine_here
from ktdesk.runtime.request import Stats

log = logging.getLogger(__name__)

# Shorter ones say more of how work begins than of how fast it goes.
_DECODE_TOKENS = 32
_PREFILL_TOKENS = 256


@dataclass(frozen=True, slots=True)
class _Expected:
    """A loaded model's plan, on a machine without the model."""

    plan: Plan
    machine: Machine
    model: str


@dataclass(frozen=True, slots=True)
class _Measured:
    """A speed, and how many tokens were read, or stood before the answer's middle."""

    work: Literal["decode", "prefill"]
    tokens: int
    tokens_per_s: float


class Learner:
    """Keeps what answers of a loaded model tell of its speed, after they are over. Thread-safe.

    path: of its file. wishes: as it was loaded. available_bytes: of memory, before it was. The
    model is planned when the first answer tells something; all is done on a thread of its own,
    which ends with its work. What fails is logged, and no answer fails by it.
    """

    def __init__(self, path: Path, wishes: Wishes, available_bytes: int) -> None:
        self._path, self._wishes, self._available_bytes = path, wishes, available_bytes
        self._expected: _Expected | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def learn(self, stats: Stats) -> None:
        """Take up what was measured of an answer, if it was long enough."""
        if not (measured := tuple(_measured(stats))):
            return
        with self._lock:
            self._learn(measured)

    def _learn(self, measured: tuple[_Measured, ...]) -> None:
        before, at = self._thread, datetime.now().astimezone().isoformat(" ", "seconds")

        def work() -> None:
            if before:
                before.join()
            self._keep(measured, at)

        self._thread = threading.Thread(target=work, name="speeds")
        self._thread.start()

    def _keep(self, measured: tuple[_Measured, ...], at: str) -> None:
        try:
            self._expected = self._expected or self._expect()
            keep_outcomes([_outcome(self._expected, each, at) for each in measured])
        except (KTDeskError, OSError) as error:
            log.warning("Measured speeds cannot be kept: %s", error)
        except Exception:  # an answer that was given must not end in a fault
            log.exception("Measured speeds cannot be kept")

    def _expect(self) -> _Expected:
        found = machine_here(self._path.parent)
        memory = replace(found.memory, available_bytes=self._available_bytes)
        machine, checkpoint = replace(found, memory=memory), Checkpoint.open(self._path)
        return _Expected(
            make_plan(checkpoint, machine, self._wishes, counts=read_counts(checkpoint)),
            machine,
            checkpoint.name,
        )


def _measured(stats: Stats) -> Iterator[_Measured]:
    """Yield what an answer tells; one with tokens guessed, or with turns let go, tells less.

    One that shared the time with others tells nothing: speeds are predicted of one alone.
    """
    if stats.together > 1:
        return
    read = stats.prompt_tokens - stats.cached_tokens
    if read >= max(_PREFILL_TOKENS, 2 * stats.cached_tokens) and stats.generated_tokens:
        yield _Measured("prefill", read, stats.prefill_tokens_per_s)
    is_plain = not (stats.guessed_tokens or stats.dropped_messages)
    if stats.generated_tokens >= _DECODE_TOKENS and is_plain:
        middle = stats.context_used - stats.generated_tokens // 2
        yield _Measured("decode", middle, stats.decode_tokens_per_s)


def _outcome(expected: _Expected, measured: _Measured, at: str) -> Outcome:
    plan, predict = expected.plan, decode_speed if measured.work == "decode" else prefill_speed
    speed = predict(plan.assignment, expected.machine, plan.needs, measured.tokens)
    return Outcome(
        machine=hardware_key(expected.machine),
        model=expected.model,
        placement=plan.assignment.placement.name,
        work=measured.work,
        predicted=speed.tokens_per_s.middle,
        measured=measured.tokens_per_s,
        at=at,
    )
