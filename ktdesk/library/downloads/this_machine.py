# SPDX-License-Identifier: Apache-2.0
"""The queue of this user, by their settings."""

from __future__ import annotations

from ktdesk.library.downloads.driver import Rules
from ktdesk.library.downloads.night import Night
from ktdesk.library.downloads.queue import DownloadQueue
from ktdesk.library.downloads.web_transport import WebTransport
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.hub.sources import Sources
from ktdesk.library.shelf.folders import model_folders
from ktdesk.library.web import Web
from ktdesk.settings import DownloadsSettings, Settings, data_folder


def open_queue(settings: Settings, sources: Sources, web: Web) -> DownloadQueue:
    """Return the queue; close it before `web`. Raises DownloadError."""
    transport = WebTransport(
        web,
        lambda order: sources.find(order.source).origin(order.repository, order.revision),
        Tuning(connections=settings.network.connections),
    )
    return DownloadQueue(
        data_folder(),
        transport,
        rules=rules_of(settings.downloads),
        folders=model_folders(settings),
    )


def rules_of(settings: DownloadsSettings) -> Rules:
    """Return how the queue is worked on by these settings."""
    night = Night.read(settings.night_from, settings.night_to)
    return Rules(
        at_once=settings.at_once,
        bytes_per_s=round(settings.speed_limit_mbs * 1_000_000),
        night=night if settings.only_at_night else None,
        keeps_awake=settings.keep_awake,
    )
