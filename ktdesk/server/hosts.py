# SPDX-License-Identifier: Apache-2.0
"""By which names, and from which web pages, the server may be called.

A web page that has its own name lead to this computer (DNS rebinding) calls the server by that
name, so only known ones are answered. Addresses are no names, and cannot be led elsewhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit


class Hosts:
    """What is allowed. names: besides this computer's own. origins: '*' allows all pages."""

    def __init__(self, names: Sequence[str], origins: Sequence[str]) -> None:
        own = socket.gethostname().casefold()
        self._names = {"localhost", own, f"{own}.local", *(name.casefold() for name in names)}
        self._origins = {origin.casefold().rstrip("/") for origin in origins}

    def is_known(self, host: str) -> bool:
        """Return whether a Host header names this server."""
        name = _name(host)
        return name is not None and (_is_address(name) or name in self._names)

    def is_welcome(self, origin: str, host: str) -> bool:
        """Return whether a page of this origin may call. Pages of the server itself may."""
        if "*" in self._origins or origin.casefold() in self._origins:
            return True
        return is_own(origin, host)


def is_own(origin: str, host: str) -> bool:
    """Return whether a page of this origin is one of the server that is called so."""
    return origin.casefold() in (f"http://{host}".casefold(), f"https://{host}".casefold())


def _name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises for one that is none
    except ValueError:
        return None
    is_plain = parts.netloc == host and "@" not in host
    return parts.hostname.rstrip(".") if parts.hostname and is_plain else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Return whether only this computer reaches an address."""
    return ipaddress.ip_address(address).is_loopback


def is_unspecified(address: str) -> bool:
    """Return whether an address stands for all of a computer's own."""
    return ipaddress.ip_address(address).is_unspecified
