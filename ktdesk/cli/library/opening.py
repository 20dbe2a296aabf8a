# SPDX-License-Identifier: Apache-2.0
"""Opens what the commands for models work with: sources, the queue of downloads."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktdesk.cli.program import Program

if TYPE_CHECKING:
    from ktdesk.library.downloads.queue import DownloadQueue
    from ktdesk.library.hub.credentials import Credentials
    from ktdesk.library.hub.sources import Sources
    from ktdesk.library.web import Web


@dataclass(frozen=True, slots=True)
class Hubs:
    """The sources of models, and the way to them."""

    sources: Sources
    credentials: Credentials
    web: Web


@contextmanager
def open_hubs(program: Program) -> Generator[Hubs]:
    """Give the sources of the settings. Asks no network."""
    from ktdesk.library.hub.credentials import Credentials
    from ktdesk.library.hub.sources import Sources
    from ktdesk.library.web import Web

    web, credentials = Web(program.settings.network), Credentials()
    try:
        yield Hubs(Sources(program.settings.sources, web, credentials), credentials, web)
    finally:
        web.close()


@contextmanager
def open_queue(program: Program, hubs: Hubs) -> Generator[DownloadQueue]:
    """Give the queue of downloads; what happened to its list is said."""
    from ktdesk.library.downloads import this_machine

    queue = this_machine.open_queue(program.settings, hubs.sources, hubs.web)
    try:
        if notice := queue.snapshot().notice:
            program.terminal.note(notice)
        yield queue
    finally:
        queue.close()
