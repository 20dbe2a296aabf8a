# SPDX-License-Identifier: Apache-2.0
"""Measures how fast the sources are that have a model."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ktdesk.cli.library.opening import Hubs
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.errors import format_bytes

if TYPE_CHECKING:
    from ktdesk.library.hub.speed_test import SourceSpeed


def print_speeds(model: str, hubs: Hubs, program: Program, *, as_json: bool) -> None:
    """Fetch a model for some seconds from each source that has it; print the fastest one first.

    model: 'owner/name'; '' takes one that many sources have. Raises DownloadError if nobody has it.
    """
    from ktdesk.library.hub.catalogue import read_catalogue
    from ktdesk.library.hub.speed_test import measure_speeds, offers_of

    stop = threading.Event()
    repository = model or read_catalogue()[0].repositories[0]
    offers, others = offers_of(hubs.sources.all, repository)
    program.terminal.note(f"Some seconds of each: {', '.join(origin.id for origin, _ in offers)}.")
    with on_interrupt(stop.set):
        speeds = [*measure_speeds(hubs.web, offers, stop), *others]
    if as_json:
        program.terminal.json({"speeds": [_json(speed) for speed in speeds]})
        return
    for speed in speeds:
        told = speed.problem or (
            f"{format_bytes(round(speed.bytes_per_s))}/s, begins after {speed.first_byte_s:.1f} s"
        )
        program.terminal.line(f"{speed.source:13} {told}")


def _json(speed: SourceSpeed) -> dict[str, object]:
    return {
        "source": speed.source,
        "bytes_per_s": speed.bytes_per_s,
        "first_byte_s": speed.first_byte_s,
        "problem": speed.problem,
    }
