# SPDX-License-Identifier: Apache-2.0
"""ModelScope's API, in the shape that was seen of it.

Seen by others, in September 2026: an unknown revision is an answer without files; the newest commit
is told by its first eight digits; ranges come with the status 200.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.modelscope import ModelScope
from ktdesk.library.web import Web
from tests.faulty_server import FaultyServer, Reply, Request

NAME = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
HEAD, OLDER = "83ee97c66e841048bedc5c02c15ce2f3ed259feb", "f194f50981eaaa6019bbec5049a4c7e1fd294110"
FILES = {"README.md": b"text", "q4/m q4_k_m.gguf": b"GGUF of the model", "m-q8_0.gguf": b"GGUF 8"}
TOKEN = "ms-secret"


class Site:
    """The site. listing, results: what it says of files, and of a search."""

    def __init__(self, server: FaultyServer, store: FaultyServer) -> None:
        self.url, self.asked = server.url, list[Request]()
        self.listing: Any = envelope(
            {
                "Files": [
                    {"Name": "q4", "Path": "q4", "Type": "tree", "Size": 0, "Sha256": ""},
                    *(entry(path, data) for path, data in FILES.items()),
                ],
                "IsVisual": 0,
                "LatestCommitter": {"Id": "", "ShortId": HEAD[:8], "CommitterName": "someone"},
            }
        )
        self.results: list[dict[str, Any]] = []
        self._store = store
        for path, data in FILES.items():
            store.add(f"/cdn/{path.replace(' ', '%20')}", data)
        server.answer(f"/api/v1/models/{NAME}/repo/files", self._files)
        server.answer(f"/api/v1/models/{NAME}/repo?", self._file)
        server.answer("/openapi/v1/models", self._search)
        server.answer("/api/v1/models", Reply(404, json.dumps(failed(10010205001)).encode()))

    def _files(self, request: Request) -> Reply:
        self.asked.append(request)
        revision = parse_qs(urlsplit(request.path).query).get("Revision", ["master"])[0]
        known = revision in ("master", HEAD)
        unknown = envelope({"Files": None, "IsVisual": 0, "LatestCommitter": None})
        said = self.listing if known else unknown
        return Reply(200, said if isinstance(said, bytes) else json.dumps(said).encode())

    def _file(self, request: Request) -> Reply:
        self.asked.append(request)
        path = parse_qs(urlsplit(request.path).query)["FilePath"][0]
        return Reply(302, headers={"Location": f"{self._store.url}/cdn/{path.replace(' ', '%20')}"})

    def _search(self, request: Request) -> Reply:
        self.asked.append(request)
        query = parse_qs(urlsplit(request.path).query)
        page, size = int(query["page_number"][0]), int(query["page_size"][0])
        data = {
            "models": self.results[(page - 1) * size : page * size],
            "total_count": len(self.results),
            "page_number": page,
            "page_size": size,
        }
        return Reply(200, json.dumps({"success": True, "data": data}).encode())


def entry(path: str, data: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "Name": path.rpartition("/")[2],
        "Path": path,
        "Type": "blob",
        "Size": len(data),
        "Sha256": hashlib.sha256(data).hexdigest().upper(),
        "IsLFS": path.endswith(".gguf"),
        "Revision": HEAD if path.startswith("q4") else OLDER,
    } | changes


def envelope(data: Any) -> dict[str, Any]:
    return {"Code": 200, "Data": data, "Message": "success", "RequestId": "x", "Success": True}


def failed(code: int) -> dict[str, Any]:
    return {"Code": code, "Data": None, "Message": "record not found", "Success": False}


@pytest.fixture
def site(server: FaultyServer, store: FaultyServer) -> Site:
    return Site(server, store)


@pytest.fixture
def source(site: Site, web: Web, credentials: Credentials) -> ModelScope:
    return ModelScope(web, credentials, site.url)


def refused(ask: Callable[[], object]) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        ask()
    assert caught.value.hint
    return caught.value


def test_a_listing(source: ModelScope, web: Web) -> None:
    listing = source.listing(NAME)
    assert (listing.source, listing.repository, listing.revision) == ("modelscope", NAME, HEAD)
    assert {(f.path, f.size_bytes, f.sha256) for f in listing.files} == {
        (path, len(data), hashlib.sha256(data).hexdigest()) for path, data in FILES.items()
    }
    origin = source.origin(NAME, listing.revision)
    for file in listing.files:
        address = origin.address(file)
        assert HEAD in address.url
        with web.open("GET", address.url, headers=address.headers) as response:
            assert response.read(100) == FILES[file.path]


def test_the_default_revision_is_not_named(source: ModelScope, site: Site) -> None:
    source.listing(NAME)
    assert "Revision" not in site.asked[0].path
    source.listing(NAME, "master")
    assert "Revision=master" in site.asked[1].path


@pytest.mark.parametrize(
    ("latest", "revision"),
    [
        ({"Id": HEAD, "ShortId": HEAD[:8]}, HEAD),
        ({"Id": "", "ShortId": "0" * 8}, "master"),  # of a file that is not listed
        ({"Name": "someone", "Email": "someone@example.com"}, "master"),
        ({"Id": "../..", "ShortId": ""}, "master"),
        ({"Id": 7, "ShortId": None}, "master"),
        (None, "master"),
    ],
)
def test_what_pins_a_listing(
    source: ModelScope, site: Site, latest: dict[str, Any] | None, revision: str
) -> None:
    site.listing["Data"]["LatestCommitter"] = latest
    assert source.listing(NAME).revision == revision


def test_an_unknown_revision_is_no_empty_repository(source: ModelScope) -> None:
    error = refused(lambda: source.listing(NAME, "main"))
    assert error.kind == "missing"
    assert f"{NAME} at main" in str(error)


@pytest.mark.parametrize("name", ["a/b", "../x", "a/b/c", "a b/c"])
def test_repositories_that_there_are_not(source: ModelScope, name: str) -> None:
    assert refused(lambda: source.listing(name)).kind == "missing"


@pytest.mark.parametrize(
    "listing",
    [
        b"", b"<html>", b"[]", b"7", envelope(None), envelope([]), envelope({"Files": {}}),
        envelope({"Files": ["x"]}),
        envelope({"Files": [entry("m.gguf", b"x", Path=None)]}),
        envelope({"Files": [entry("m.gguf", b"x", Size="1")]}),
        envelope({"Files": [entry("m.gguf", b"x", Size=-1)]}),
        envelope({"Files": [entry("m.gguf", b"x", Sha256="x")]}),
        envelope({"Files": [entry("m.gguf", b"x")], "LatestCommitter": ["x"]}),
    ],
)  # fmt: skip
def test_answers_that_make_no_sense(source: ModelScope, site: Site, listing: Any) -> None:
    site.listing = listing
    assert refused(lambda: source.listing(NAME)).kind == "broken"


def test_an_error_in_an_answer_that_went_well(source: ModelScope, site: Site) -> None:
    site.listing = failed(10010205001)
    assert refused(lambda: source.listing(NAME)).kind == "missing"


def test_names_that_leave_the_folder_are_left_out(source: ModelScope, site: Site) -> None:
    paths = ["../m.gguf", "/m.gguf", "C:\\m.gguf", "m.gguf"]
    site.listing = envelope({"Files": [entry(path, b"x", Sha256="") for path in paths]})
    assert source.listing(NAME).files == (RemoteFile("m.gguf", 1, ""),)


def test_a_token_is_for_the_site_alone(
    source: ModelScope, site: Site, web: Web, credentials: Credentials, store: FaultyServer
) -> None:
    credentials.set(site.url, TOKEN)
    file = source.listing(NAME).files[0]
    address = source.origin(NAME, HEAD).address(file)
    with web.open("GET", address.url, headers=address.headers) as response:
        response.read(100)
    assert [r.header("Authorization") for r in site.asked] == [f"Bearer {TOKEN}"] * 2
    assert all(not served.request.header("Authorization") for served in store.served())


def test_a_search_has_pages(source: ModelScope, site: Site) -> None:
    site.results = [{"id": f"maker/model-{number}-GGUF"} for number in range(120)]
    assert len(source.search("model", 110)) == 110
    assert len(site.asked) == 3
    assert all("filter.library=gguf" in request.path for request in site.asked)


def test_what_a_hit_says(source: ModelScope, site: Site) -> None:
    site.results = [
        {
            "id": NAME, "downloads": 50622, "params": 630167424, "gated": False, "private": False,
            "tags": ["library:gguf", "license:apache-2.0"], "last_modified": "2026-01-31T10:00:00Z",
        },
        {"id": "a/b", "license": "MIT License", "downloads": None, "tags": None},
        {"id": "../x"},
        {"id": None},
    ]  # fmt: skip
    first, second = source.search("qwen", 10)
    assert (first.source, first.repository, first.downloads) == ("modelscope", NAME, 50622)
    assert (first.parameters, first.licence, first.updated) == (
        630167424, "apache-2.0", "2026-01-31"
    )  # fmt: skip
    assert (second.licence, second.downloads, second.is_gated) == ("MIT License", 0, False)


def test_ranges_with_the_status_of_a_whole_file(server: FaultyServer, web: Web) -> None:
    part = {"Content-Range": "bytes 2-4/9"}
    server.answer("/m.gguf", Reply(200, b"UF ", part))
    with web.open("GET", f"{server.url}/m.gguf", span=(2, 5)) as response:
        assert response.status == 206
        assert response.read(9) == b"UF "
