# SPDX-License-Identifier: Apache-2.0
"""Which way leads to a host: directly, or through a proxy of the settings or of the system."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import urllib.request
from urllib.parse import unquote, urlsplit

import truststore
import urllib3
from urllib3.contrib.socks import SOCKSProxyManager
from urllib3.util import make_headers

from ktdesk.errors import DownloadError, SettingsError
from ktdesk.library.web.addresses import redacted, site
from ktdesk.settings import NetworkSettings

_KEPT_CONNECTIONS = 32  # of each host: more than anybody uses at a time
_SCHEMES = ("http", "https", "socks5", "socks5h", "socks4", "socks4a")


class Ways:
    """The pools of connections, one for each proxy. From any thread."""

    def __init__(self, settings: NetworkSettings) -> None:
        """Raise SettingsError if the proxy that is set cannot be one."""
        self._settings = settings
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()
        self._certificates = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._own = _checked(settings.proxy) if settings.proxy else ""

    def pool(self, url: str) -> urllib3.PoolManager:
        """Return the connections to use for an address. Raises DownloadError if none can be."""
        proxy = self._proxy(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def close(self) -> None:
        """End the connections that nobody uses."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def _proxy(self, url: str) -> str:
        """Return the address of the proxy for an address, '' for none. This machine needs none."""
        scheme, host, _ = site(url)
        if _is_this_machine(host):
            return ""
        if self._own:
            return "" if _is_direct(host, self._settings.no_proxy) else self._own
        proxies = urllib.request.getproxies()
        found = proxies.get(scheme) or proxies.get("all") or ""
        if not found or urllib.request.proxy_bypass(host):
            return ""
        try:
            return _checked(found)
        except SettingsError as error:
            raise DownloadError(f"{error} The system names it.", hint=error.hint) from None

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            return urllib3.PoolManager(maxsize=_KEPT_CONNECTIONS, ssl_context=self._certificates)
        parts = urlsplit(proxy)
        if parts.scheme.startswith("socks"):
            return SOCKSProxyManager(
                proxy, maxsize=_KEPT_CONNECTIONS, ssl_context=self._certificates
            )
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return urllib3.ProxyManager(
            proxy,
            maxsize=_KEPT_CONNECTIONS,
            ssl_context=self._certificates,
            proxy_headers=make_headers(proxy_basic_auth=login) if parts.username else None,
        )


def _checked(proxy: str) -> str:
    """Return the address of a proxy, whole. Raises SettingsError if it cannot be one."""
    whole = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(whole)
        is_usable = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError(
            f"The proxy {redacted(proxy)!r} is no address of one.",
            hint=f"Write it as SCHEME://HOST:PORT; SCHEME is one of {', '.join(_SCHEMES)}.",
        )
    return whole


def _is_direct(host: str, names: tuple[str, ...]) -> bool:
    """Return whether a host is one of those named, or below one."""
    plain = [name.strip().lower().removeprefix("*.").removeprefix(".") for name in names]
    return any(name in ("*", host) or (name and host.endswith(f".{name}")) for name in plain)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
