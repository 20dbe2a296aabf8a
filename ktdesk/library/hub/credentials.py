# SPDX-License-Identifier: Apache-2.0
"""Tokens for sources, in the system's own store of secrets; without one, until the program ends.

A token belongs to an address, so that it is sent to no other if a setting changes.
"""

from __future__ import annotations

import base64
import logging
import os
import threading
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.errors import DownloadError
from ktdesk.library.web.addresses import site

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

_SERVICE = "KTDesk"
_HUGGING_FACE = ("https", "huggingface.co", 443)
_MOST_CHARACTERS = 1000  # the store of Windows takes 2560 bytes, and needs two for each


class Keeping(StrEnum):
    """Where a token is from."""

    NOWHERE = "nowhere"
    ENVIRONMENT = "environment"  # HF_TOKEN: can be used, not changed
    KEYRING = "keyring"
    SESSION = "session"  # there is no store here that works; gone when the program ends


class Credentials:
    """The tokens of all sources. From any thread; may wait for the user to open the store.

    environment: where HF_TOKEN, HF_TOKEN_PATH and HF_HOME are looked for.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._session: dict[str, str] = {}
        self._stored: dict[str, str] = {}  # what the keyring said; it may ask the user each time
        self._lock = threading.Lock()

    def token(self, address: str) -> str:
        """Return the token for the host of an address, '' if there is none."""
        return self._find(address)[0]

    def keeping(self, address: str) -> Keeping:
        """Return where the token for the host of an address is kept."""
        return self._find(address)[1]

    def headers(self, address: str) -> dict[str, str]:
        """Return what a request to the host of an address says of who asks.

        A token with a colon is a name and a password, as plain servers want them.
        """
        token = self.token(address)
        if ":" in token:
            return {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
        return {"Authorization": f"Bearer {token}"} if token else {}

    def set(self, address: str, token: str) -> Keeping:
        """Keep a token, '' to forget it; return where. Raises DownloadError if it can be none."""
        token, key = token.strip(), _key(address)
        if len(token) > _MOST_CHARACTERS or not all("!" <= char <= "~" for char in token):
            raise DownloadError(
                "This is not a token: it has characters that none has, or too many.",
                hint="Copy the token again, and nothing else with it.",
                kind="refused",
            )
        with self._lock:
            is_kept = _store(key, token)
            self._stored[key] = token if is_kept else ""
            self._session[key] = "" if is_kept else token
        return self.keeping(address)

    def offered(self) -> Path | None:
        """Return the file with the token of Hugging Face's own programs, if there is one.

        It is not used by itself: `take` does when the user says so.
        """
        home = self._environment.get("HF_HOME") or "~/.cache/huggingface"
        path = Path(self._environment.get("HF_TOKEN_PATH") or Path(home) / "token")
        try:
            path = path.expanduser()
            return path if path.is_file() else None
        except (OSError, RuntimeError):
            return None

    def take(self, address: str, path: Path) -> Keeping:
        """Keep the token of a file for an address. Raises DownloadError if it has none."""
        try:
            with path.open(encoding="utf-8") as file:
                token = file.read(_MOST_CHARACTERS + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise DownloadError(
                f"The token in {path} cannot be read ({type(error).__name__}).",
                hint="Enter the token itself.",
                kind="refused",
            ) from None
        return self.set(address, token)

    def _find(self, address: str) -> tuple[str, Keeping]:
        key = _key(address)
        ours = self._environment.get("HF_TOKEN", "").strip()
        if ours and site(address) == _HUGGING_FACE:
            return ours, Keeping.ENVIRONMENT
        with self._lock:
            if token := self._session.get(key, ""):
                return token, Keeping.SESSION
            if key not in self._stored:
                self._stored[key] = _read(key)
            token = self._stored[key]
        return token, Keeping.KEYRING if token else Keeping.NOWHERE


def _key(address: str) -> str:
    scheme, host, port = site(address)
    return f"{scheme}://{host}:{port}"


def _backend() -> KeyringBackend | None:
    """Return the system's store, if there is one."""
    import keyring  # takes its time, and few need it
    from keyring.backends import fail, null

    found = keyring.get_keyring()
    return None if isinstance(found, fail.Keyring | null.Keyring) else found


def _read(key: str) -> str:
    try:
        backend = _backend()
        return (backend.get_password(_SERVICE, key) or "") if backend else ""
    except Exception as error:  # noqa: BLE001 - stores raise what their libraries do
        log.info("The store of secrets gives nothing: %s", type(error).__name__)
        return ""


def _store(key: str, token: str) -> bool:
    """Write a token to the store, or remove it; return whether that was done."""
    from keyring.errors import PasswordDeleteError

    try:
        backend = _backend()
        if backend is None:
            return False
        if token:
            backend.set_password(_SERVICE, key, token)  # pyright: ignore[reportUnknownMemberType]
        else:
            backend.delete_password(_SERVICE, key)
    except PasswordDeleteError:  # there was none
        return True
    except Exception as error:  # noqa: BLE001 - stores raise what their libraries do
        log.info("The store of secrets takes nothing: %s", type(error).__name__)
        return False
    return True
