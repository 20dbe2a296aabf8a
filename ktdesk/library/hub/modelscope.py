# SPDX-License-Identifier: Apache-2.0
"""ModelScope, whose API is its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub import answers
from ktdesk.library.hub.addresses import MODELSCOPE
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

_PAGE, _MOST_RESULTS = 50, 3000  # more the site does not give
_DEFAULT_REVISION = "master"


class ModelScope:
    """The site. address: of its root, such as 'https://modelscope.cn'."""

    id = MODELSCOPE
    title = "ModelScope"
    takes_token = True

    def __init__(self, web: Web, credentials: Credentials, address: str) -> None:
        self.address = address.rstrip("/")
        self._web = web
        self._headers = partial(credentials.headers, self.address)

    def search(self, words: str, limit: int) -> list[Hit]:
        """Return the repositories that the site finds, the most fetched first."""
        return list(islice(self._hits(words), limit))

    def listing(self, repository: str, revision: str = "") -> Listing:
        """Return the files at a revision.

        The site names no commit if it is not one of a file's; then the revision is what was asked
        for, and only the hashes pin it.
        """
        if not is_repository(repository) or not is_revision(revision or _DEFAULT_REVISION):
            raise not_found(self.title, repository, revision)
        query = {"Recursive": "true"} | ({"Revision": revision} if revision else {})
        url = f"{self.address}/api/v1/models/{repository}/repo/files?{urlencode(query)}"
        data = self._data(url, repository, revision)
        if data.get("Files") is None:  # so it says that there is no such revision
            raise not_found(self.title, repository, revision)
        entries = [
            answers.mapping(each, self.title) for each in answers.items(data["Files"], self.title)
        ]
        return Listing(
            source=self.id,
            repository=repository,
            revision=self._commit(data, entries) or revision or _DEFAULT_REVISION,
            licence="",
            is_gated=False,
            files=checked_files(self._file(each) for each in entries if each.get("Type") == "blob"),
        )

    def origin(self, repository: str, revision: str) -> Origin:
        """Return where files can be had: addresses that lead on to a store."""
        root = f"{self.address}/api/v1/models/{repository}/repo?Revision={quote(revision, safe='')}"
        return UrlOrigin(
            self.id, lambda path: f"{root}&FilePath={quote(path, safe='')}", self._headers
        )

    def _hits(self, words: str) -> Iterator[Hit]:
        for page in range(1, _MOST_RESULTS // _PAGE + 1):
            query = {"filter.library": "gguf", "sort": "downloads"}
            query |= {"search": words} if words else {}
            query |= {"page_number": str(page), "page_size": str(_PAGE)}
            url = f"{self.address}/openapi/v1/models?{urlencode(query)}"
            answer = answers.mapping(self._web.json(url, self._headers()), self.title)
            data = answers.mapping(answer.get("data"), self.title)
            found = answers.items(data.get("models"), self.title)
            for each in found:
                if hit := self._hit(answers.mapping(each, self.title)):
                    yield hit
            if page * _PAGE >= answers.count(data.get("total_count")) or not found:
                return

    def _hit(self, answer: dict[str, Any]) -> Hit | None:
        name = answer.get("id")
        if not isinstance(name, str) or not is_repository(name):
            return None
        return Hit(
            source=self.id,
            repository=name,
            downloads=answers.count(answer.get("downloads")),
            parameters=answers.count(answer.get("params")),
            licence=answers.text(answer.get("license"))
            or answers.licence_of_tags(answer.get("tags")),
            updated=answers.day(answer.get("last_modified")),
            is_gated=bool(answer.get("gated")),
        )

    def _data(self, url: str, repository: str, revision: str) -> dict[str, Any]:
        try:
            answer = answers.mapping(self._web.json(url, self._headers()), self.title)
        except DownloadError as error:
            if error.kind not in ("missing", "refused"):
                raise
            raise not_found(self.title, repository, revision) from error
        if answer.get("Success") is False or answer.get("Code", 200) != 200:
            raise not_found(self.title, repository, revision)
        return answers.mapping(answer.get("Data"), self.title)

    def _commit(self, data: dict[str, Any], entries: list[dict[str, Any]]) -> str:
        """Return the newest commit: the site gives its begin, and of each file the last one."""
        latest = answers.mapping(data.get("LatestCommitter") or {}, self.title)
        whole, begin = (answers.text(latest.get(key)) for key in ("Id", "ShortId"))
        of_files = (answers.text(entry.get("Revision")) for entry in entries)
        found = whole or next((c for c in of_files if begin and c.startswith(begin)), "")
        return found if is_revision(found or "-") else ""

    def _file(self, entry: dict[str, Any]) -> RemoteFile:
        path = entry.get("Path")
        if not isinstance(path, str):
            raise answers.senseless(self.title)
        sha256 = checked_sha256(entry.get("Sha256"), path)
        return RemoteFile(path, checked_size(entry.get("Size"), path), sha256)
