# SPDX-License-Identifier: Apache-2.0
"""The HTTP client: what it asks, whom it follows, and what it tells whom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from urllib3 import BaseHTTPResponse, Timeout

from ktdesk import __version__
from ktdesk.errors import DownloadError
from ktdesk.library.web.addresses import host_of, redirected, site
from ktdesk.library.web.failures import check_answer, translated
from ktdesk.library.web.local_files import is_local, open_local
from ktdesk.library.web.proxies import Ways
from ktdesk.library.web.response import Response
from ktdesk.settings import NetworkSettings

_REDIRECTS = 10
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
_JSON_BYTES = 32_000_000  # the list of a repository of 10,000 files takes 3
_SMALL_BYTES = 1 << 16  # the rest of an answer that is read to keep its connection


class Web:
    """Asks hosts. From any thread; one for the program is enough.

    Raises SettingsError if the proxy that is set cannot be one.
    """

    def __init__(
        self,
        settings: NetworkSettings | None = None,
        *,
        connect_timeout_s: float = 15,
        read_timeout_s: float = 30,
    ) -> None:
        self._ways = Ways(settings or NetworkSettings())
        self._timeout = Timeout(connect=connect_timeout_s, read=read_timeout_s)

    def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        span: tuple[int, int] | None = None,
        etag: str = "",
        body: bytes | None = None,
        accepts_refusals: bool = False,
    ) -> Response:
        """Return the answer to a request, after at most ten redirects; close it.

        Files of folders, whose addresses begin with file:, answer as those of hosts do; no redirect
        leads to one.

        headers: for the host of `url` alone (scheme, name and port): they go to no other, nor to
        this one after another has led back. span: the first byte wanted, and the one after the
        last; the answer says whether it is given: status 206. etag: give the span only if this is
        still what it is of, else all. accepts_refusals: return answers that say no, too.

        Raises DownloadError: the host is not reached, says no, or makes no sense.
        """
        if is_local(url):
            return open_local(method, url, span, etag)
        sent = _common_headers(span, etag)
        private = _checked(headers or {}, url)
        has_left = False
        for _ in range(_REDIRECTS + 1):
            raw = self._ask(method, url, {**sent, **({} if has_left else private)}, body)
            target = raw.headers.get("Location", "")
            if raw.status not in _REDIRECT_STATUSES or not target:
                response = Response(raw, url=url, host=host_of(url), has_left=has_left)
                return response if accepts_refusals else _accepted(response)
            _let_go(raw)
            if raw.status == 303 or (raw.status in (301, 302) and method == "POST"):
                method, body = "GET", None
            new = redirected(url, target)
            has_left = has_left or site(new) != site(url)
            url = new
        raise DownloadError(
            f"{host_of(url)} leads from one address to the next, more than {_REDIRECTS} times.",
            hint="Choose another source, or try again later.",
        )

    def json(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        limit_bytes: int = _JSON_BYTES,
        within_s: float = math.inf,
    ) -> Any:
        """Return what the JSON of an answer says. Raises DownloadError as `open` does.

        limit_bytes, within_s: how long it may be and take; more is an error.
        """
        with self.open(method, url, headers=headers, body=body) as response:
            return response.json(limit_bytes, within_s)

    def close(self) -> None:
        """End the connections that nobody uses."""
        self._ways.close()

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> BaseHTTPResponse:
        pool = self._ways.pool(url)
        with translated(host_of(url)):
            return pool.request(
                method,
                url,
                headers=headers,
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=self._timeout,
            )


def _common_headers(span: tuple[int, int] | None, etag: str) -> dict[str, str]:
    headers = {"User-Agent": f"KTDesk/{__version__}", "Accept-Encoding": "identity"}
    if span:
        headers["Range"] = f"bytes={span[0]}-{span[1] - 1}"
        if etag:
            headers["If-Range"] = etag
    return headers


def _checked(headers: Mapping[str, str], url: str) -> Mapping[str, str]:
    for name, value in headers.items():
        if not value.isascii() or any(ord(letter) < 32 for letter in value):
            raise DownloadError(
                f"The header {name} for {host_of(url)} has characters that none has.",
                hint="Was the token copied whole, and nothing else with it?",
                kind="refused",
            )
    return headers


def _accepted(response: Response) -> Response:
    host = host_of(response.url)
    try:
        check_answer(host, response.status, response.headers)
    except DownloadError:
        response.close()
        raise
    return response


def _let_go(raw: BaseHTTPResponse) -> None:
    """End an answer that says nothing; keep its connection if little is left of it."""
    if int(raw.headers.get("Content-Length", "-1")) in range(_SMALL_BYTES):
        raw.drain_conn()
    raw.close()
