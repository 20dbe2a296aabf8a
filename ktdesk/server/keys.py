# SPDX-License-Identifier: Apache-2.0
"""Keys that let programs in. Only their hashes are kept; a key itself is shown once.

Keys are random numbers of 256 bits, so a plain hash cannot be searched backwards, and needs no
salt and no slow function, as hashes of passwords do.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import SettingsError
from ktdesk.whole_file import whole_file

_PREFIX = "ktdesk-"
_COMMENT = "# Hashes of the server's keys. One whose line is deleted lets nobody in any more.\n"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key, by its name and the SHA-256 of its text."""

    name: str
    sha256: str


class KeyRing:
    """The keys that let in now. Changed by any thread; once there was one, one is needed."""

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self._keys: tuple[Key, ...] = ()
        self.is_needed = False
        self.use(keys)

    def use(self, keys: Sequence[Key]) -> None:
        """Let in with these, and with no others any more; without any, nobody comes in."""
        self._keys = tuple(keys)
        self.is_needed = self.is_needed or bool(keys)

    def has(self, name: str) -> bool:
        """Whether there is a key of this name."""
        return any(key.name == name for key in self._keys)

    def key_of(self, text: str) -> Key | None:
        """Return the key that a client has given."""
        return key_of(self._keys, text)


def read_keys(path: Path) -> tuple[Key, ...]:
    """Return the keys of a file, none if it is not there. Raises SettingsError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error
    keys = tuple(Key(name, str(value)) for name, value in data.items())
    if not all(_HASH.fullmatch(key.sha256) for key in keys):
        raise _unreadable(path)
    return keys


def add_key(path: Path, name: str = "") -> tuple[str, str]:
    """Make a key and put its hash into a file; return its name and the key itself.

    name: by default one of the time. Raises SettingsError if the name is taken or no name, or the
    file cannot be read or written.
    """
    name = name or time.strftime("key-%Y%m%d-%H%M%S-") + secrets.token_hex(2)
    keys = read_keys(path)
    if not _NAME.fullmatch(name) or name in {key.name for key in keys}:
        raise SettingsError(
            f"A key cannot be called {name!r}.",
            hint="Take a name that is new, of letters, digits, '-' and '_'.",
        )
    text = _PREFIX + secrets.token_urlsafe(32)
    _write(path, (*keys, Key(name, _sha256(text))))
    return name, text


def remove_key(path: Path, name: str) -> None:
    """Let a key be none any more. Raises SettingsError if the file cannot be read or written."""
    _write(path, tuple(key for key in read_keys(path) if key.name != name))


def key_of(keys: tuple[Key, ...], text: str) -> Key | None:
    """Return the key that a client has given. How long it takes does not depend on which."""
    given, found = _sha256(text), None
    for key in keys:
        if hmac.compare_digest(given, key.sha256):
            found = key
    return found


def _write(path: Path, keys: Sequence[Key]) -> None:
    lines = [f'{key.name} = "{key.sha256}"\n' for key in keys]
    try:
        with whole_file(path) as file:
            file.write("".join([_COMMENT, *lines]).encode())
    except OSError as error:
        raise SettingsError(
            f"The keys could not be saved in {path}: {error.strerror}.",
            hint="Make the folder writable, or set KTDESK_HOME to one that is.",
        ) from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _unreadable(path: Path) -> SettingsError:
    return SettingsError(
        f"The file of keys {path} cannot be read.",
        hint="Correct it, or delete it and make new keys with `ktdesk serve --new-key`.",
    )
