# SPDX-License-Identifier: Apache-2.0
"""`AnyEngine`: an `Engine` that a remote can be loaded into, too. Callers need not know which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.engine import Engine
from ktdesk.errors import RequestError
from ktdesk.remote import SUFFIX
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.request import Event, Request

if TYPE_CHECKING:
    from ktdesk.remote.engine import RemoteEngine
    from ktdesk.runtime.loading import LoadedModel
    from ktdesk.runtime.member import Hear


class AnyEngine(Engine):
    """Runs a model of this computer, or asks a remote: one of them at a time, as `Engine` does."""

    def __init__(self, *, threads: int = 0) -> None:
        super().__init__(threads=threads)
        self._remote: RemoteEngine | None = None

    @property
    def info(self) -> ModelInfo | None:
        """What is loaded, or None."""
        remote = self._remote
        return remote.info if remote else super().info

    def load(self, path: Path, **how: Any) -> ModelInfo:
        """Load a model file or a remote in place of what is loaded; see `Engine.load`.

        A remote takes nothing of `how` but parallel and progress. Raises RemoteError, too.
        """
        if path.suffix != SUFFIX:
            self._let_go()
            return super().load(path, **how)
        from ktdesk.remote.engine import RemoteEngine  # with what reaches the web

        self.unload()
        self._remote = remote = RemoteEngine()
        try:
            mine = {name: how[name] for name in ("parallel", "progress") if name in how}
            return remote.load(path, **mine)
        except BaseException:
            self._remote = None
            raise

    def cancel_load(self) -> None:
        """Stop a load that is under way, from any thread."""
        if remote := self._remote:
            remote.cancel_load()
        super().cancel_load()

    def generate(
        self, request: Request, *, model: Path | None = None, hear: Hear | None = None
    ) -> Iterator[Event]:
        """Answer a request; see `Engine.generate`. Events of a remote are always yielded."""
        if remote := self._remote:
            return remote.generate(request, model=model)
        return super().generate(request, model=model, hear=hear)

    def cancel(self, request_id: str) -> None:
        """Stop a request, from any thread; its iterator then yields Done. Ignores unknown ids."""
        if remote := self._remote:
            remote.cancel(request_id)
        super().cancel(request_id)

    def unload(self) -> None:
        """Give the model's memory back, or let the remote go; running requests are cancelled."""
        self._let_go()
        super().unload()

    def _let_go(self) -> None:
        remote, self._remote = self._remote, None
        if remote:
            remote.unload()

    def _loaded(self) -> LoadedModel:
        remote = self._remote
        if remote and remote.info:
            raise RequestError(
                f"{remote.info.name} runs on another machine, which tells nothing of tokens and "
                "keeps nothing of what was read.",
                hint="That needs a model on this computer.",
            )
        return super()._loaded()
