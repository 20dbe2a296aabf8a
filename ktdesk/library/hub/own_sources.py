# SPDX-License-Identifier: Apache-2.0
"""The user's own servers and folders among the sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.settings import SourcesSettings


def with_source(settings: SourcesSettings, name: str) -> SourcesSettings:
    """Return settings with one more: the address of a server, or a folder. Raises DownloadError.

    Whether the address is one is checked by `Sources`.
    """
    if name.startswith(("http://", "https://")):
        return replace(settings, servers=tuple(dict.fromkeys([*settings.servers, name])))
    folder = Path(name).expanduser().absolute()
    if not folder.is_dir():
        raise DownloadError(
            f"There is no folder {folder}.",
            hint="Give the address of a server, with http:// or https://, or a folder.",
        )
    return replace(settings, folders=tuple(dict.fromkeys([*settings.folders, str(folder)])))


def without_source(settings: SourcesSettings, name: str) -> SourcesSettings:
    """Return settings without a server or a folder. Raises DownloadError if it is none of them."""
    changed = replace(
        settings, servers=_left(settings.servers, name), folders=_left(settings.folders, name)
    )
    if changed == settings:
        raise DownloadError(
            f"{name} is none of your own servers and folders.",
            hint="`ktdesk models sources` lists them; the others can only be changed, in the "
            "settings.",
        )
    return changed


def is_own(settings: SourcesSettings, name: str) -> bool:
    """Return whether an id of a source is one of the user's own."""
    own = (*settings.servers, *settings.folders)
    return _left(own, name) != own


def _left(kept: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in kept if each.rstrip("/") != name.rstrip("/"))
