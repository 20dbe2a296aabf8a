# SPDX-License-Identifier: Apache-2.0
"""What the server is made of. It costs time to load, so it is when the server is started."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ktdesk.engine import Engine
from ktdesk.settings import SamplingSettings, Settings, keys_file

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.server.keys import Key
    from ktdesk.server.visits import Visits


class Served(Protocol):
    """A server, as `ktdesk.server.service.Service` is one."""

    @property
    def address(self) -> str:
        """Where it is, as clients write it."""
        ...

    def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Serve until `stop`."""
        ...

    def stop(self, *, at_once: bool = False) -> None:
        """Let `run` end, from any thread."""
        ...

    def use_keys(self, keys: Sequence[Key]) -> None:
        """Let in with these keys alone; from any thread."""
        ...

    def look_again(self) -> None:
        """Look at the models again; from any thread."""
        ...


Open = Callable[[Settings, "Visits"], Served]


def server_over(engine: Engine) -> Open:
    """Return what makes servers over the window's engine.

    They answer with the model that the window has loaded, and load and unload none: so nobody
    takes a model away from the one who sits before it. Making one raises SettingsError.
    """

    def make(settings: Settings, visits: Visits) -> Served:
        from ktdesk.server.keys import read_keys
        from ktdesk.server.service import Service

        return Service(
            engine,
            lambda: _loaded(engine),
            None,
            settings.server,
            lambda path: _sampling(path, settings.sampling),
            read_keys(keys_file()),
            visits,
        )

    return make


def _loaded(engine: Engine) -> list[LocalModel]:
    from ktdesk.library.shelf.shelf import Shelf

    info = engine.info
    if info is None:
        return []
    if info.address:
        from ktdesk.remote.remotes import as_model, read_remote

        return [as_model(read_remote(info.path))]
    with Shelf(()) as shelf:
        return [dataclasses.replace(shelf.look_at(info.path), path=info.path)]


def _sampling(path: Path, of_all: SamplingSettings) -> SamplingSettings:
    from ktdesk.library.shelf.loading import prepare_load

    return prepare_load(path).own.over(of_all)
