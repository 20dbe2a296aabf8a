# SPDX-License-Identifier: Apache-2.0
"""Hugging Face, and every server that speaks as it does: mirrors, and hubs of one's own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub import answers
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.listing import Listing, RemoteFile
from ktdesk.library.hub.names import (
    checked_files,
    checked_sha256,
    checked_size,
    is_repository,
    is_revision,
)
from ktdesk.library.hub.source import Hit, UrlOrigin, not_found
from ktdesk.library.web import Web

_PAGE = 500  # results at once
_WANTED = ("downloads", "gated", "gguf", "lastModified", "tags")


class HuggingFace:
    """A hub. address: of its root, such as 'https://huggingface.co'."""

    takes_token = True

    def __init__(
        self,
        web: Web,
        credentials: Credentials,
        address: str,
        *,
        id: str,  # noqa: A002 - the name that sources have in common
        title: str,
    ) -> None:
        self.id, self.title = id, title
        self.address = address.rstrip("/")
        self._web = web
        self._headers = partial(credentials.headers, self.address)

    def search(self, words: str, limit: int) -> list[Hit]:
        """Return the repositories that the hub finds, the most fetched first."""
        query = [("filter", "gguf"), ("sort", "downloads")]
        query += [("search", words)] if words else []
        query += [("limit", str(min(limit, _PAGE)))]
        query += [("expand", name) for name in _WANTED]
        url = f"{self.address}/api/models?{urlencode(query)}"
        return list(islice(self._hits(url), limit))

    def listing(self, repository: str, revision: str = "") -> Listing:
        """Return the files at a revision, pinned to its commit."""
        if not is_repository(repository) or not is_revision(revision or "main"):
            raise not_found(self.title, repository, revision)
        at = f"/revision/{quote(revision, safe='')}" if revision else ""
        with self._explained(repository, revision):
            url = f"{self.address}/api/models/{repository}{at}?blobs=true"
            answer = answers.mapping(self._web.json(url, self._headers()), self.title)
        commit, name = answer.get("sha"), answer.get("id", repository)
        if not isinstance(commit, str) or not is_revision(commit):
            raise answers.senseless(self.title)
        if not isinstance(name, str) or not is_repository(name):
            raise answers.senseless(self.title)
        files = [self._file(each) for each in answers.items(answer.get("siblings"), self.title)]
        return Listing(
            source=self.id,
            repository=name,
            revision=commit,
            licence=answers.licence_of_tags(answer.get("tags")),
            is_gated=bool(answer.get("gated")),
            files=checked_files(files),
        )

    def origin(self, repository: str, revision: str) -> Origin:
        """Return where files can be had: addresses that lead on to signed ones."""
        root = f"{self.address}/{repository}/resolve/{quote(revision, safe='')}/"
        return UrlOrigin(self.id, lambda path: root + quote(path), self._headers)

    def _hits(self, url: str) -> Iterator[Hit]:
        for page in answers.pages(self._web, url, self._headers()):
            for each in answers.items(page, self.title):
                if hit := self._hit(answers.mapping(each, self.title)):
                    yield hit

    def _hit(self, answer: dict[str, Any]) -> Hit | None:
        name = answer.get("id")
        if not isinstance(name, str) or not is_repository(name):
            return None
        about = answers.mapping(answer.get("gguf") or {}, self.title)
        return Hit(
            source=self.id,
            repository=name,
            downloads=answers.count(answer.get("downloads")),
            parameters=answers.count(about.get("total")),
            licence=answers.licence_of_tags(answer.get("tags")),
            updated=answers.day(answer.get("lastModified")),
            is_gated=bool(answer.get("gated")),
        )

    def _file(self, each: object) -> RemoteFile:
        entry = answers.mapping(each, self.title)
        path = entry.get("rfilename")
        if not isinstance(path, str):
            raise answers.senseless(self.title)
        large = entry.get("lfs")  # only of these is the hash that of the bytes
        sha256 = answers.mapping(large, self.title).get("sha256") if large else ""
        return RemoteFile(path, checked_size(entry.get("size"), path), checked_sha256(sha256, path))

    @contextmanager
    def _explained(self, repository: str, revision: str) -> Generator[None]:
        """Say what it means if the hub does not have, or does not show, a repository."""
        try:
            yield
        except DownloadError as error:
            if error.kind not in ("missing", "refused"):
                raise
            raise not_found(self.title, repository, revision) from error
