# SPDX-License-Identifier: Apache-2.0
"""What stands before the APIs: who may come in, how much they may bring, and the log of it.

`Gate` is the outermost: it checks where a request comes from, logs and counts. Within it are the
words that let web pages of other origins in (CORS). `Entry` is the innermost: keys and bodies.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ktdesk.server.failures import (
    ApiError,
    dialect_of,
    error_body,
    error_headers,
    error_status,
    fault,
)
from ktdesk.server.hosts import Hosts, is_own
from ktdesk.server.keys import KeyRing
from ktdesk.server.metrics import Metrics
from ktdesk.server.visits import Visit, Visits
from ktdesk.server.web.sessions import Sessions
from ktdesk.server.wire import Json

log = logging.getLogger(__name__)

GONE = 499  # the client has; nobody sees it but the log
_WEB = "/web/"  # what the page calls
_OPEN = ("/", "/health", "/web/session", "/web/login")  # to clients without a key
_OPEN_FILES = "/web/files/"
_BODY_S = 60.0  # in which a body must have come
_MOST_HEADERS, _MOST_HEADER_BYTES = 100, 32 << 10
_MOST_SHOWN = 200  # characters of a path in the log


def error_response(error: ApiError, scope: Scope) -> Json:
    """Return the response for an error, in the shape of the API that was called."""
    dialect = dialect_of(scope["path"], dict(scope["headers"]))
    return Json(error_body(error, dialect), error_status(error, dialect), error_headers(error))


class Gate:
    """Lets requests in that call this server by a name of its own."""

    def __init__(self, app: ASGIApp, hosts: Hosts, metrics: Metrics, visits: Visits) -> None:
        self._app, self._hosts, self._metrics, self._visits = app, hosts, metrics, visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        dialect = dialect_of(scope["path"], dict(scope["headers"]))
        visit = self._visits.begin(scope["method"], scope["path"], dialect)
        scope.setdefault("state", {}).update(owner="", visit=visit)
        try:
            self._check(scope)
            await self._app(scope, receive, noting)
        except ApiError as error:
            await error_response(error, scope)(scope, receive, noting)
        except Exception:
            log.exception("KTDesk has a fault")
            if not status:
                await error_response(fault(), scope)(scope, receive, noting)
        finally:
            self._note(scope, visit, status, time.monotonic() - start)

    def _check(self, scope: Scope) -> None:
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        is_long = size + len(scope["raw_path"]) > _MOST_HEADER_BYTES
        if is_long or len(scope["headers"]) > _MOST_HEADERS:
            raise ApiError(431, "The headers of the request are too large.")
        headers = _headers(scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._hosts.is_known(host):
            raise ApiError(
                403,
                "The server is not known by the name it was called by.",
                hint="Call it by its address, or add the name to the setting server.hosts.",
            )
        if origin is not None and not self._hosts.is_welcome(origin, host):
            raise ApiError(
                403,
                "Web pages of this origin may not call the server.",
                hint="Add the origin to the setting server.cors_origins.",
            )

    def _note(self, scope: Scope, visit: Visit, status: int, seconds: float) -> None:
        client = scope.get("client")
        visit.client = scope["state"]["owner"] or (client[0] if client else "")
        visit.seconds = seconds
        visit.cancels.clear()
        visit.status = status or GONE
        self._metrics.count_request(visit.api, status)
        log.info(
            "%s %r %d in %.3f s for %s",
            scope["method"],
            scope["path"][:_MOST_SHOWN],
            status,
            seconds,
            scope["state"]["owner"] or "nobody",
        )


class Entry:
    """Lets requests in that have a key, if there are any, and bodies that are not too large."""

    def __init__(
        self,
        app: ASGIApp,
        keys: KeyRing,
        sessions: Sessions,
        most_bytes: int,
        *,
        logs_bodies: bool,
    ) -> None:
        self._app, self._keys, self._sessions = app, keys, sessions
        self._most_bytes, self._logs_bodies = most_bytes, logs_bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = _headers(scope)
            owner = self._owner(scope, headers)
            scope["state"]["owner"] = scope["state"]["visit"].client = owner
            body = await self._body(headers, receive)
        except ApiError as error:
            await error_response(error, scope)(scope, receive, send)
            return
        if body is None:
            return  # the client has gone
        if self._logs_bodies and body and scope["path"] not in _OPEN:
            said = body.decode("utf-8", "replace")
            log.info("it says %r", said, extra={"private": True})
        await self._app(_of_json(scope), _again(body, receive), send)

    def _owner(self, scope: Scope, headers: dict[str, str]) -> str:
        """Return whom a request is for: its key's name, or its address if there are no keys."""
        client: Any = scope.get("client")
        path = scope["path"]
        if path.startswith(_WEB):
            _check_is_page(headers)
            if owner := self._sessions.owner(headers.get("cookie", "")):
                return owner
        if self._keys.is_needed and path not in _OPEN and not path.startswith(_OPEN_FILES):
            scheme, _, text = headers.get("authorization", "").partition(" ")
            bearer = text.strip() if scheme.casefold() == "bearer" else ""
            key = self._keys.key_of(headers.get("x-api-key") or bearer)
            if key is None:
                raise ApiError(
                    401,
                    "The key is missing or wrong.",
                    hint="Send one that `ktdesk serve --new-key` has shown.",
                )
            return key.name
        return client[0] if client else "local"

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes | None:
        """Return the whole body; None if the client goes away meanwhile."""
        length = headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 15 or int(length) > self._most_bytes):
            raise self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._most_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise ApiError(408, "The request has not come to its end in time.") from None

    def _too_large(self) -> ApiError:
        return ApiError(
            413,
            f"The request is larger than {self._most_bytes // 1_000_000} MB.",
            hint="The setting server.body_mb allows more.",
        )


def _check_is_page(headers: dict[str, str]) -> None:
    """Raise ApiError if a page of another origin calls, even one that may use the other APIs."""
    origin = headers.get("origin")
    if origin is not None and not is_own(origin, headers.get("host", "")):
        raise ApiError(403, "Only the server's own page may call this.")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _of_json(scope: Scope) -> Scope:
    """Return a request as one of JSON, as which all bodies are read.

    Many clients send none but curl's own type. That pages of other origins could do the same
    without being asked (a form) is no danger: they are not let in.
    """
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    return {**scope, "headers": [*headers, (b"content-type", b"application/json")]}


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once more, and then what comes after it."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
