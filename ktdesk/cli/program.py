# SPDX-License-Identifier: Apache-2.0
"""What every command is given: the terminal, the settings, and a way to make an engine."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.settings import Settings

EngineFactory = Callable[[int], Engine]  # takes the number of threads


@dataclass(frozen=True, slots=True)
class Program:
    """What a command works with."""

    terminal: Terminal
    settings: Settings
    make_engine: EngineFactory


def new_engine(threads: int) -> Engine:
    """Return an engine, without a model as yet."""
    from ktdesk.remote.any_engine import AnyEngine

    return AnyEngine(threads=threads)


@contextmanager
def on_interrupt(action: Callable[[], None]) -> Generator[None]:
    """While inside, let the first Ctrl+C run `action`; a second one leaves the program."""

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGINT, signal.default_int_handler)
        action()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
