# SPDX-License-Identifier: Apache-2.0
"""How answers go over the wire: JSON, streams of events, and clients that go away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON in one line; halves of characters become '?'."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


class Json(Response):
    """A response of JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return json_bytes(content)


def sse(value: Any, event: str = "") -> bytes:
    """Return one event of a stream of server-sent events."""
    name = f"event: {event}\n".encode() if event else b""
    return b"%sdata: %s\n\n" % (name, json_bytes(value))


def comment(text: str) -> bytes:
    """Return a comment of such a stream, which clients pass over."""
    return f": {text}\n\n".encode()


class Stream(Response):
    """A response that is sent piece by piece, each as soon as it is there.

    close: called at the end, also when the client has gone away before it.
    """

    def __init__(
        self, pieces: AsyncIterator[bytes], media_type: str, close: Callable[[], None]
    ) -> None:
        super().__init__(media_type=media_type, headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._pieces, self._close = pieces, close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del scope
        try:
            await unless_gone(receive, self._send(send))
        except ClientGone:
            pass
        finally:
            self._close()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)  # else a lost connection is not heard of before the next one
        await send({"type": "http.response.body", "body": b""})


def events_response(pieces: AsyncIterator[bytes], close: Callable[[], None]) -> Stream:
    """Return a stream of server-sent events."""
    return Stream(pieces, "text/event-stream", close)


def lines_response(values: AsyncIterator[dict[str, Any]], close: Callable[[], None]) -> Stream:
    """Return a stream of JSON, one value a line."""

    async def lines() -> AsyncIterator[bytes]:
        async for value in values:
            yield json_bytes(value) + b"\n"

    return Stream(lines(), "application/x-ndjson", close)


async def unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """Return what some work returns; it is cancelled when the client goes away: ClientGone."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return await working
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
