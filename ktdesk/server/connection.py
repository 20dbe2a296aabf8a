# SPDX-License-Identifier: Apache-2.0
"""One connection of a client, which may not keep it open for nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_HEADERS_S = 20.0  # in which the first request has to be there
_READING_S = 60.0  # how long a client may read nothing while an answer waits for it


class Connection(H11Protocol):
    """Closes itself when its client sends no request, or reads no answer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, transport: asyncio.Transport
    ) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(_HEADERS_S, self._close_unused)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to read, but not for ever."""
        super().pause_writing()
        self._forget()
        self._timer = self.loop.call_later(_READING_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._forget()

    def _close_unused(self) -> None:
        if self.scope is None:  # pyright: ignore[reportUnnecessaryComparison] - before a request
            self.transport.close()

    def _forget(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
