# SPDX-License-Identifier: Apache-2.0
"""Hugging Face's API over a server that goes wrong as told.

Its shape is what `huggingface_hub` asks for and reads: tests/unit/library/hub/test_huggingface.py
has both clients look at the same repositories.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from tests.faulty_server import FaultyServer, Reply, Request


@dataclass
class Repository:
    """What a repository has. large: which of its files have a hash of their bytes."""

    name: str
    files: Mapping[str, bytes | Path]
    commit: str
    large: set[str] = field(default_factory=set)
    gated: bool | str = False
    token: str = ""  # without it, there is no such repository
    about: dict[str, Any] = field(default_factory=dict)


class Hub:
    """Repositories on a server. store: another server, to which files are led on."""

    def __init__(self, server: FaultyServer, store: FaultyServer | None = None) -> None:
        self.server, self.store = server, store or server
        self.url = server.url
        self.repositories: dict[str, Repository] = {}
        self.page = 1000
        server.answer("/api/models", self._api)
        server.answer("/", self._resolve)

    def add(self, name: str, files: Mapping[str, bytes | Path], **about: Any) -> Repository:
        """Add a repository; its files that end in .gguf are large ones."""
        commit = hashlib.sha1(f"{name}{sorted(files)}".encode()).hexdigest()
        large = {path for path in files if path.endswith(".gguf")}
        known = {k: about.pop(k) for k in ("gated", "token") if k in about}
        made = Repository(name, files, commit, large, about=about, **known)
        self.repositories[name] = made
        for path, data in files.items():
            self.store.add(f"/store/{name}/{quote(path)}", data, etag=f'"{_sha256(data)}"')
        return made

    def _api(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        name = unquote(parts.path.removeprefix("/api/models").strip("/"))
        if not name:
            return self._search(query)
        name, _, revision = name.partition("/revision/")
        name, _, tree = name.partition("/tree/")
        repository = self._find(name, request)
        if isinstance(repository, Reply):
            return repository
        if (revision or tree or "main") not in ("main", repository.commit):
            return _error(404, "RevisionNotFound")
        if tree:
            return self._tree(repository, query)
        return _json(self._info(repository) | {"siblings": self._siblings(repository, query)})

    def _find(self, name: str, request: Request) -> Repository | Reply:
        found = self.repositories.get(name)
        said = request.header("Authorization")
        if found is None or (found.token and said != f"Bearer {found.token}" and not found.gated):
            return _error(404 if said else 401, "RepoNotFound")
        return found

    def _info(self, repository: Repository) -> dict[str, Any]:
        about = {"downloads": 7, "lastModified": "2026-11-29T10:11:12.000Z", "tags": ["gguf"]}
        return {
            "id": repository.name,
            "modelId": repository.name,
            "private": bool(repository.token),
            "gated": repository.gated,
            "sha": repository.commit,
            **about,
            **repository.about,
        }

    def _siblings(
        self, repository: Repository, query: dict[str, list[str]]
    ) -> list[dict[str, Any]]:
        if "blobs" not in query:
            return [{"rfilename": path} for path in repository.files]
        return [
            {
                "rfilename": path,
                "blobId": _sha256(data)[:40],
                "size": _size(data),
                **({"lfs": _lfs(data, "sha256")} if path in repository.large else {}),
            }
            for path, data in repository.files.items()
        ]

    def _tree(self, repository: Repository, query: dict[str, list[str]]) -> Reply:
        entries = [
            {
                "type": "file",
                "path": path,
                "oid": _sha256(data)[:40],
                "size": _size(data),
                **({"lfs": _lfs(data, "oid")} if path in repository.large else {}),
            }
            for path, data in repository.files.items()
        ]
        return self._paged(f"/api/models/{repository.name}/tree/main", entries, query)

    def _search(self, query: dict[str, list[str]]) -> Reply:
        words = query.get("search", [""])[0].lower()
        found = [self._info(r) for n, r in self.repositories.items() if words in n.lower()]
        return self._paged("/api/models", found, query)

    def _paged(self, path: str, entries: list[Any], query: dict[str, list[str]]) -> Reply:
        limit = min(int(query.get("limit", ["1000"])[0]), self.page)
        start = int(query.get("cursor", ["0"])[0])
        kept = {k: v for k, v in query.items() if k != "cursor"} | {"cursor": start + limit}
        link = f'<{self.link_host()}{path}?{urlencode(kept, doseq=True)}>; rel="next"'
        headers = {"Link": link} if start + limit < len(entries) else {}
        return _json(entries[start : start + limit], headers)

    def link_host(self) -> str:
        """Return what links to further pages begin with."""
        return self.url

    def _resolve(self, request: Request) -> Reply | None:
        before, has, after = unquote(urlsplit(request.path).path).partition("/resolve/")
        if not has:
            return None
        repository = self._find(before.strip("/"), request)
        if isinstance(repository, Reply):
            return repository
        revision, _, path = after.partition("/")
        if revision not in ("main", repository.commit):
            return _error(404, "RevisionNotFound")
        if path not in repository.files:
            return _error(404, "EntryNotFound")
        needs = repository.token if repository.gated else ""
        if needs and request.header("Authorization") != f"Bearer {needs}":
            return _error(403 if request.header("Authorization") else 401, "GatedRepo")
        data = repository.files[path]
        headers = {
            "Location": f"{self.store.url}/store/{repository.name}/{quote(path)}",
            "X-Repo-Commit": repository.commit,
            "X-Linked-Size": str(_size(data)),
            "X-Linked-Etag": f'"{_sha256(data)}"',
        }
        return Reply(302, headers=headers)


def _sha256(content: bytes | Path) -> str:
    """Return a file's hash; of those of holes, which nobody reads whole, one made up."""
    data = str(content).encode() if isinstance(content, Path) else content
    return hashlib.sha256(data).hexdigest()


def _size(content: bytes | Path) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _lfs(content: bytes | Path, name: str) -> dict[str, Any]:
    return {name: _sha256(content), "size": _size(content), "pointerSize": 134}


def _json(value: object, headers: dict[str, str] | None = None) -> Reply:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(200, json.dumps(value).encode(), kind | (headers or {}))


def _error(status: int, code: str) -> Reply:
    return Reply(status, b'{"error":"no"}', {"X-Error-Code": code, "X-Error-Message": code})
