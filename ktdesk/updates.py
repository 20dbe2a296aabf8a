# SPDX-License-Identifier: Apache-2.0
"""Whether there is a newer KTDesk: one request for a small document, and nothing is fetched.

Nobody is asked unless the user wants it: who looks by itself asks `is_due` first. The document is
what `make release` writes beside its packages: `latest.json`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit

from ktdesk import __version__
from ktdesk.errors import DownloadError
from ktdesk.settings import Settings, UpdatesSettings

ANSWERS_WITHIN_S = 10  # also for each step on the way to it
MOST_BYTES = 64_000  # of the document, which takes one or two thousand

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)
_NAME = re.compile(r"\w[\w.+-]{0,120}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A package that is handed out. sha256: in hexadecimal."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """A version that is handed out.

    date: such as 2026-11-30. notes: the address of what is new. page: that of the packages.
    """

    version: str
    date: str
    notes: str
    page: str
    files: tuple[ReleaseFile, ...]

    @property
    def is_newer(self) -> bool:
        """Whether this program is of an older version."""
        return _numbers(self.version) > _numbers(__version__)


def is_due(updates: UpdatesSettings, today: date) -> bool:
    """Whether the program may look by itself, and has not done so today."""
    may_look = bool(updates.feed) and updates.look == "at start"
    return may_look and updates.looked_on != today.isoformat()


def newest_release(settings: Settings) -> Release:
    """Ask for the newest release.

    Raises DownloadError if it is not told, or what is told makes no sense; SettingsError for a
    proxy that cannot be one.
    """
    if not settings.updates.feed:
        raise DownloadError(
            "This copy of KTDesk was not told where newer versions are named.",
            hint="Write the address in the settings: updates.feed.",
        )
    from ktdesk.library.web import Web  # not before somebody asks: the window opens without it

    web = Web(settings.network, connect_timeout_s=ANSWERS_WITHIN_S, read_timeout_s=ANSWERS_WITHIN_S)
    try:
        document = web.json(
            settings.updates.feed, limit_bytes=MOST_BYTES, within_s=ANSWERS_WITHIN_S
        )
        return _read(document)
    except DownloadError as error:
        raise DownloadError(
            f"The newest version of KTDesk is not known. {error}",
            hint="Try again later. Where it is looked for stands in the settings: updates.feed.",
            kind=error.kind,
        ) from error
    finally:
        web.close()


def _read(said: Any) -> Release:
    """Return what a document says; every value is checked, since people see and follow it."""
    given = _table(said)
    files = given.get("files")
    if not isinstance(files, list):
        raise _senseless("files", files)
    return Release(
        version=_matching("version", given.get("version"), _VERSION),
        date=_date(given.get("date")),
        notes=_address("notes", given.get("notes")),
        page=_address("page", given.get("page")),
        files=tuple(_file(_table(each)) for each in cast("list[Any]", files)),
    )


def _file(given: dict[str, Any]) -> ReleaseFile:
    size = given.get("size")
    if type(size) is not int or size <= 0:
        raise _senseless("size", size)
    return ReleaseFile(
        name=_matching("name", given.get("name"), _NAME),
        size_bytes=size,
        sha256=_matching("sha256", given.get("sha256"), _DIGEST),
    )


def _table(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise _senseless("document", said)
    return cast("dict[str, Any]", said)


def _matching(name: str, value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _senseless(name, value)
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _senseless("date", value) from None


def _address(name: str, value: Any) -> str:
    """Return an address that a browser can be given: no file of this computer, no script."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        is_good = parts and parts.scheme in ("https", "http") and parts.hostname
    except ValueError:
        is_good = False
    if not is_good or not value.isprintable() or " " in value:
        raise _senseless(name, value)
    return value


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _senseless(name: str, value: object) -> DownloadError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
    return DownloadError(f"What names it has a wrong {name}: {shown}.")
