# SPDX-License-Identifier: Apache-2.0
"""What every source of models can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Address, Origin
from ktdesk.library.hub.listing import Listing, RemoteFile


@dataclass(frozen=True, slots=True)
class Hit:
    """A repository that was found. source: its id.

    downloads, parameters: 0 where the source does not say; the latter are the model's weights.
    licence, updated: '' likewise; updated is a day, as 2026-01-31.
    """

    source: str
    repository: str
    downloads: int = 0
    parameters: int = 0
    licence: str = ""
    updated: str = ""
    is_gated: bool = False


class Source(Protocol):
    """Where models can be found and fetched. From any thread.

    id: what lists and lock files keep: 'huggingface', 'mirror', 'modelscope', the address of a
    server, or a folder's path. title: its name for people. address: of its host, which a token is
    for; '' of a folder. takes_token: whether one may be set.
    """

    id: str
    title: str
    address: str
    takes_token: bool

    def search(self, words: str, limit: int) -> list[Hit]:
        """Return at most `limit` repositories with GGUF files, the most liked first.

        words: '' for all. Raises DownloadError.
        """
        ...

    def listing(self, repository: str, revision: str = "") -> Listing:
        """Return a repository's files at a revision, '' for the newest; the result pins it.

        Names, sizes and hashes are checked. Raises DownloadError.
        """
        ...

    def origin(self, repository: str, revision: str) -> Origin:
        """Return where files of a listing can be had. Asks nobody yet."""
        ...


@dataclass(slots=True)
class UrlOrigin:
    """An origin whose addresses follow from the files' paths.

    url_of: the address of a path. headers: for its host, as they are when they are asked for.
    """

    id: str
    url_of: Callable[[str], str]
    headers: Callable[[], dict[str, str]] = dict

    def address(self, file: RemoteFile) -> Address:
        """Return where a file can be had."""
        return Address(self.url_of(file.path), self.headers())


def not_found(title: str, repository: str, revision: str = "") -> DownloadError:
    """Return the error for a repository that a source does not have, or does not show."""
    what = f"{repository} at {revision}" if revision else repository
    return DownloadError(
        f"{title} has no {what} that you may see.",
        hint="Check the name. If the model is private, set a token of somebody who may see it.",
        kind="missing",
    )
