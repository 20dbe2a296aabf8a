# SPDX-License-Identifier: Apache-2.0
"""Addresses: whose they are, and what of them may be shown."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ktdesk.errors import DownloadError

_PORTS = {"http": 80, "https": 443}
Site = tuple[str, str, int]  # scheme, host, port


def site(url: str) -> Site:
    """Return whom headers for an address may go to.

    Raises DownloadError if it is no address of the web.
    """
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        port = parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        scheme = host = ""
        port = 0
    if scheme not in _PORTS or not host or any(ord(letter) <= 32 for letter in url):
        raise DownloadError(
            f"{redacted(url)!r} is no address of the web.",
            hint="Addresses begin with https:// or http://, and have no spaces.",
        )
    return scheme, host, port


def host_of(url: str) -> str:
    """Return the name of the host that an address is of, for people."""
    scheme, host, port = site(url)
    return host if port == _PORTS[scheme] else f"{host}:{port}"


def redacted(url: str) -> str:
    """Return an address without what may be secret: names and passwords, and what is signed."""
    plain, has_query, _ = url.partition("?")
    scheme, separator, rest = plain.rpartition("://")
    login, at, _ = rest.partition("/")[0].rpartition("@")
    return scheme + separator + rest[len(login + at) :] + ("?..." if has_query else "")


def redirected(url: str, target: str) -> str:
    """Return the address that a redirect of `url` leads to.

    Raises DownloadError if it is none, or gives up encryption.
    """
    try:
        new = urljoin(url, target)
    except ValueError:
        new = target
    if site(url)[0] == "https" and site(new)[0] == "http":
        raise DownloadError(
            f"{host_of(url)} leads on to {host_of(new)} without encryption, which is refused.",
            hint="Choose another source.",
            kind="untrusted",
        )
    return new
