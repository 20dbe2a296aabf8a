# SPDX-License-Identifier: Apache-2.0
"""Answers of sources, whose shape nobody promises: each value is looked at before it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from ktdesk.errors import DownloadError
from ktdesk.library.web import Web

_MOST_BYTES = 32_000_000  # of a page: a list of 10,000 files takes 3
_MOST_PAGES = 1000
_MOST_TEXT = 200  # characters
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def senseless(title: str) -> DownloadError:
    """Return the error for an answer that has not the shape it should have."""
    return DownloadError(
        f"The answer of {title} makes no sense.",
        hint="Check the source's address in the settings, or choose another source.",
    )


def mapping(value: object, title: str) -> dict[str, Any]:
    """Return an object of JSON. Raises DownloadError if it is none."""
    if not isinstance(value, dict):
        raise senseless(title)
    return cast("dict[str, Any]", value)


def items(value: object, title: str) -> list[Any]:
    """Return a list of JSON. Raises DownloadError if it is none."""
    if not isinstance(value, list):
        raise senseless(title)
    return cast("list[Any]", value)


def text(value: object) -> str:
    """Return a text to show, without what cannot be shown; '' if it is none."""
    if not isinstance(value, str):
        return ""
    return "".join(char for char in value[:_MOST_TEXT] if char.isprintable())


def count(value: object) -> int:
    """Return a number of something; 0 if it cannot be one."""
    return value if type(value) is int and 0 <= value < 1 << 53 else 0


def day(value: object) -> str:
    """Return the day of a point in time, as ISO 8601 writes it; '' if it is none."""
    match = _DAY.match(value) if isinstance(value, str) else None
    return match[0] if match else ""


def licence_of_tags(tags: object) -> str:
    """Return what the tags of a repository say of its licence."""
    known = cast("list[object]", tags) if isinstance(tags, list) else []
    named = (tag for tag in known if isinstance(tag, str) and tag.startswith("license:"))
    return text(next(named, "").removeprefix("license:"))


def pages(web: Web, url: str, headers: Mapping[str, str]) -> Iterator[Any]:
    """Yield the pages of an answer, each of which names the next in its header `Link`."""
    parts = urlsplit(url)
    here = {"scheme": parts.scheme, "netloc": parts.netloc}
    for _ in range(_MOST_PAGES):
        with web.open("GET", url, headers=headers) as response:
            yield response.json(_MOST_BYTES)
            match = _NEXT.search(response.headers.get("Link", ""))
        if match is None:
            return
        # Of the link only what comes after the host: mirrors pass on those of the hub itself, and
        # what is meant for this host must reach no other.
        url = urlsplit(urljoin(url, match[1]))._replace(**here).geturl()
