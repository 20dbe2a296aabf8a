# SPDX-License-Identifier: Apache-2.0
"""Measures the sources of the settings: the slow work of the dialog of sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.sources import Sources
from ktdesk.library.hub.speed_test import SourceSpeed, measure_speeds, offers_of
from ktdesk.library.web import Web
from ktdesk.settings import SourcesSettings


class SourceMeasurer:
    """settings: returns those of now, on any thread."""

    def __init__(
        self, settings: Callable[[], SourcesSettings], web: Web, credentials: Credentials
    ) -> None:
        self._settings, self._web, self._credentials = settings, web, credentials

    def described(self, settings: SourcesSettings) -> list[tuple[str, str, str]]:
        """Return id, title and address of all. Raises DownloadError for an address that is none."""
        sources = Sources(settings, self._web, self._credentials).all
        return [(source.id, source.title, source.address) for source in sources]

    def measure(self, stop: threading.Event) -> Sequence[SourceSpeed]:
        """Fetch for some seconds from each that has a model. Slow; raises DownloadError."""
        from ktdesk.library.hub.catalogue import read_catalogue  # with torch

        sources = Sources(self._settings(), self._web, self._credentials).all
        offers, others = offers_of(sources, read_catalogue()[0].repositories[0], stop)
        return [*measure_speeds(self._web, offers, stop), *others]
