# SPDX-License-Identifier: Apache-2.0
"""Browsers that have shown a key. They keep a cookie in its place, which no script can read."""

from __future__ import annotations

import hashlib
import secrets
import time
from http.cookies import CookieError, SimpleCookie

from ktdesk.server.keys import KeyRing

COOKIE = "ktdesk-session"
PATH = "/web/"
KEEP_S = 30 * 86400
_MOST = 1000  # sessions; the oldest is ended for one more


class Sessions:
    """The sessions of a server, which end with it. Used by the event loop alone."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._open: dict[str, tuple[str, float]] = {}  # the key's name and the end, by hash

    @property
    def are_needed(self) -> bool:
        """Whether a key is needed."""
        return self._keys.is_needed

    def begin(self, key: str) -> str | None:
        """Return the token of a new session; None if the key is wrong."""
        found = self._keys.key_of(key)
        if found is None:
            return None
        while len(self._open) >= _MOST:
            del self._open[next(iter(self._open))]
        token = secrets.token_urlsafe(32)
        self._open[_hash(token)] = (found.name, time.monotonic() + KEEP_S)
        return token

    def owner(self, cookies: str) -> str | None:
        """Return the name of the key of a session, by a request's cookies; None without one.

        A session ends with its key.
        """
        name, until = self._open.get(_hash(_token(cookies)), ("", 0.0))
        return name if until > time.monotonic() and self._keys.has(name) else None

    def end(self, cookies: str) -> None:
        """End a session, if there is one."""
        self._open.pop(_hash(_token(cookies)), None)


def cookie(token: str, keep_s: int = KEEP_S) -> str:
    """Return what a browser is told to keep. Only the page itself can send it."""
    return f"{COOKIE}={token}; Path={PATH}; Max-Age={keep_s}; HttpOnly; SameSite=Strict"


def _token(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
