# SPDX-License-Identifier: Apache-2.0
"""Opens what the commands for models work with: sources, the queue of downloads."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import add_setting_argument
from ktdesk.settings import DownloadsSettings

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


def add_pace_arguments(parser: ArgumentParser) -> None:
    """Add --speed-limit and --now, which are for this run what the settings are for all."""
    add_setting_argument(parser.add_argument, DownloadsSettings, "speed_limit_mbs", "--speed-limit")
    help_text = "do not wait for the night, though the settings say so"
    parser.add_argument("--now", action="store_true", help=help_text)


def with_pace(arguments: Namespace, program: Program) -> Program:
    """Return the program with what the command line says of the pace in its settings."""
    downloads = program.settings.downloads
    if arguments.speed_limit_mbs is not None:
        downloads = replace(downloads, speed_limit_mbs=arguments.speed_limit_mbs)
    if arguments.now:
        downloads = replace(downloads, only_at_night=False)
    return replace(program, settings=replace(program.settings, downloads=downloads))


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
