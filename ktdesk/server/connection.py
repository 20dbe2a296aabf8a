# SPDX-License-Identifier: Apache-2.0
"""One connection of a client, which may not keep it open for nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_HEADERS_S = 20.0  # in which the headers of a request have to be there
_READING_S = 60.0  # how long a client may read nothing while an answer waits for it


class Connection(H11Protocol):
    """Closes itself when its client begins a request and does not end it, or reads no answer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._asking: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, transport: asyncio.Transport
    ) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self._asking = self.loop.call_later(_HEADERS_S, transport.close)

    def data_received(self, data: bytes) -> None:
        """Take what has come. Between requests, uvicorn itself waits for some seconds."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the headers are all there
            self._asking = _without(self._asking)
        elif self._asking is None:
            self._asking = self.loop.call_later(_HEADERS_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._asking, self._reading = _without(self._asking), _without(self._reading)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to read, but not for ever."""
        super().pause_writing()
        self._reading = self.loop.call_later(_READING_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._reading = _without(self._reading)


def _without(timer: asyncio.TimerHandle | None) -> None:
    if timer:
        timer.cancel()
