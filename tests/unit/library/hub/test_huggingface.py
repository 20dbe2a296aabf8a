# SPDX-License-Identifier: Apache-2.0
"""Hugging Face's API, as two clients see it: ours, and `huggingface_hub`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tqdm import tqdm

from ktdesk.errors import DownloadError, DownloadErrorKind
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer, Reply, Request
from tests.hub import Hub

NAME = "unsloth/DeepSeek-R1-GGUF"
FILES = {
    "README.md": b"a model",
    "Q4_K_M/R1-Q4_K_M-00001-of-00002.gguf": b"GGUF" + bytes(100),
    "Q4_K_M/R1-Q4_K_M-00002-of-00002.gguf": b"GGUF" + bytes(50),
    "a b+c.gguf": b"GGUF and more",
}
TOKEN = "hf_secret"

tqdm.monitor_interval = 0  # else the other client leaves a thread behind


def body(web: Web, url: str, headers: dict[str, str]) -> bytes:
    with web.open("GET", url, headers=headers) as response:
        return b"".join(iter(lambda: response.read(1 << 16), b""))


def answer_all(server: FaultyServer, reply: Reply) -> None:
    """Answer every question, for results and for the one repository, with the same."""
    for path in ("/api/models", f"/api/models/{NAME}"):
        server.fail_always(path, Fault(reply=reply))


def refused(ask: Callable[[], object]) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        ask()
    assert caught.value.hint
    assert TOKEN not in f"{caught.value} {caught.value.hint}"
    return caught.value


def test_both_clients_see_the_same_repository(
    hub: Hub, source: HuggingFace, web: Web, tmp_path: Path
) -> None:
    hub.add(NAME, FILES, tags=["gguf", "license:mit"])
    listing = source.listing(NAME)
    other = HfApi(endpoint=hub.url, token=False)
    info = other.model_info(NAME, files_metadata=True)
    assert (listing.repository, listing.revision) == (info.id, info.sha)
    assert (listing.licence, listing.is_gated) == ("mit", False)
    assert {(f.path, f.size_bytes, f.sha256) for f in listing.files} == {
        (s.rfilename, s.size, s.lfs.sha256 if s.lfs else "") for s in info.siblings or ()
    }
    tree = other.list_repo_tree(NAME, recursive=True)
    assert {(f.path, f.size_bytes) for f in listing.files} == {(f.path, f.size) for f in tree}
    origin = source.origin(listing.repository, listing.revision)
    for file in listing.files:
        address = origin.address(file)
        ours = body(web, address.url, address.headers)
        theirs = hf_hub_download(
            NAME, file.path, endpoint=hub.url, token=False, cache_dir=tmp_path, revision=info.sha
        )
        assert ours == Path(theirs).read_bytes() == FILES[file.path]
        assert file.sha256 in ("", hashlib.sha256(ours).hexdigest())


def test_both_clients_find_the_same(hub: Hub, source: HuggingFace) -> None:
    hub.page = 3
    for number in range(10):
        hub.add(f"maker/Kimi-K2-{number}-GGUF", {}, downloads=number)
    hub.add("maker/other", {})
    ours = source.search("kimi k2".replace(" ", "-"), 100)
    theirs = list(HfApi(endpoint=hub.url, token=False).list_models(search="kimi-k2"))
    assert [hit.repository for hit in ours] == [info.id for info in theirs]
    assert len(ours) == 10
    assert len(source.search("kimi", 4)) == 4


def test_what_a_hit_says(hub: Hub, source: HuggingFace) -> None:
    hub.add(
        NAME, {}, gated="manual", downloads=1234, tags=["gguf", "license:apache-2.0"],
        gguf={"total": 671_000_000_000, "architecture": "deepseek2"},
    )  # fmt: skip
    (hit,) = source.search("R1", 10)
    assert (hit.source, hit.repository, hit.is_gated) == ("huggingface", NAME, True)
    assert (hit.downloads, hit.parameters) == (1234, 671_000_000_000)
    assert (hit.licence, hit.updated) == ("apache-2.0", "2026-11-29")


def test_only_gguf_is_asked_for(hub: Hub, source: HuggingFace, server: FaultyServer) -> None:
    asked: list[Request] = []
    server.before = asked.append
    source.search("", 5)
    (request,) = asked
    assert "filter=gguf" in request.path
    assert "search=" not in request.path


@pytest.mark.slow
def test_ten_thousand_results(hub: Hub, source: HuggingFace) -> None:
    for number in range(10_000):
        hub.add(f"maker/model-{number}", {})
    hits = source.search("", 10_000)
    assert len({hit.repository for hit in hits}) == 10_000


def test_a_mirror_may_name_the_hub_in_its_links(
    hub: Hub, source: HuggingFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.page = 2
    monkeypatch.setattr(hub, "link_host", lambda: "https://huggingface.invalid")
    for number in range(5):
        hub.add(f"maker/model-{number}", {})
    assert len(source.search("model", 100)) == 5


def test_a_gated_repository_can_be_looked_at_and_not_fetched(
    hub: Hub, source: HuggingFace, web: Web, credentials: Credentials, store: FaultyServer
) -> None:
    hub.add(NAME, FILES, gated="manual", token=TOKEN)
    listing = source.listing(NAME)
    assert listing.is_gated
    origin = source.origin(NAME, listing.revision)
    address = origin.address(listing.files[0])
    assert address.headers == {}
    assert refused(lambda: body(web, address.url, address.headers)).kind == "gated"
    credentials.set(hub.url, TOKEN)
    address = origin.address(listing.files[0])
    assert body(web, address.url, address.headers) == FILES[listing.files[0].path]
    assert TOKEN not in repr(address)
    assert all(not served.request.header("Authorization") for served in store.served())


def test_the_other_client_is_refused_for_the_same_reasons(hub: Hub, tmp_path: Path) -> None:
    hub.add(NAME, FILES, gated="manual", token=TOKEN)
    hub.add("maker/private", FILES, token=TOKEN)
    other = HfApi(endpoint=hub.url, token=False)
    with pytest.raises(RepositoryNotFoundError):
        other.model_info("maker/private")
    with pytest.raises(RepositoryNotFoundError):
        other.model_info("maker/nothing")
    with pytest.raises(RevisionNotFoundError):
        other.model_info(NAME, revision="nowhere")
    with pytest.raises(GatedRepoError):
        hf_hub_download(NAME, "README.md", endpoint=hub.url, token=False, cache_dir=tmp_path)
    with_token = HfApi(endpoint=hub.url, token=TOKEN)
    assert with_token.model_info("maker/private").private
    path = hf_hub_download(
        NAME, "README.md", endpoint=hub.url, token=TOKEN, cache_dir=tmp_path / "other"
    )
    assert Path(path).read_bytes() == FILES["README.md"]


def test_a_private_repository_needs_a_token(
    hub: Hub, source: HuggingFace, credentials: Credentials
) -> None:
    hub.add(NAME, FILES, token=TOKEN)
    error = refused(lambda: source.listing(NAME))
    assert error.kind == "missing"
    assert "token" in error.hint
    credentials.set(hub.url, TOKEN)
    assert source.listing(NAME).files


@pytest.mark.parametrize("revision", ["nowhere", "refs/pr/1", "../main", "a b", "x" * 300])
def test_a_revision_that_there_is_not(hub: Hub, source: HuggingFace, revision: str) -> None:
    hub.add(NAME, FILES)
    error = refused(lambda: source.listing(NAME, revision))
    assert error.kind == "missing"
    assert NAME in str(error)


def test_a_listing_is_of_the_revision_that_it_pins(hub: Hub, source: HuggingFace) -> None:
    commit = hub.add(NAME, FILES).commit
    assert source.listing(NAME, "main") == source.listing(NAME, commit) == source.listing(NAME)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b/c", "a/b?x=1", "a/..", "", "a b", "a/b%2fc", "a/b#c"]
)
def test_names_that_are_none_are_not_asked_for(
    source: HuggingFace, server: FaultyServer, name: str
) -> None:
    assert refused(lambda: source.listing(name)).kind == "missing"
    assert server.served() == []


INFO = {"id": NAME, "sha": "0" * 40, "siblings": [{"rfilename": "m.gguf", "size": 1}]}


def info(**changes: Any) -> bytes:
    return json.dumps(INFO | changes).encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"<html>", b"null", b"[]", b"7", b'"text"', b"{", b"[" * 100_000, b"\xff\xfe",
        info(sha=None), info(sha="../.."), info(sha=7), info(id=["a"]), info(id="../x"),
        info(siblings=None), info(siblings={}), info(siblings=["m.gguf"]),
        info(siblings=[{"rfilename": 7, "size": 1}]),
        info(siblings=[{"rfilename": "m.gguf"}]),
        info(siblings=[{"rfilename": "m.gguf", "size": -1}]),
        info(siblings=[{"rfilename": "m.gguf", "size": 1e300}]),
        info(siblings=[{"rfilename": "m.gguf", "size": True}]),
        info(siblings=[{"rfilename": "m.gguf", "size": 1, "lfs": ["x"]}]),
        info(siblings=[{"rfilename": "m.gguf", "size": 1, "lfs": {"sha256": "xyz"}}]),
        info(siblings=[{"rfilename": "m.gguf", "size": 1, "lfs": {"sha256": 7}}]),
    ],
)  # fmt: skip
def test_answers_that_make_no_sense(
    server: FaultyServer, source: HuggingFace, answer: bytes
) -> None:
    answer_all(server, Reply(200, answer))
    assert refused(lambda: source.listing(NAME)).kind == "broken"


@pytest.mark.parametrize("answer", [b"{}", b"[7]", b"[[]]", b'[{"id": "a/b", "gguf": 7}]'])
def test_results_that_make_no_sense(
    server: FaultyServer, source: HuggingFace, answer: bytes
) -> None:
    answer_all(server, Reply(200, answer))
    assert refused(lambda: source.search("x", 5)).kind == "broken"


def test_what_results_say_is_shown_safely(server: FaultyServer, source: HuggingFace) -> None:
    results = [
        {"id": "../x"},
        {"id": 7},
        {"id": "a/b", "downloads": -3, "tags": ["license:\u202eevil\n" + "x" * 999], "gguf": None},
        {"id": "a/c", "downloads": "many", "tags": 7, "lastModified": ["x"]},
    ]
    answer_all(server, Reply(200, json.dumps(results).encode()))
    first, second = source.search("x", 5)
    assert first.repository == "a/b"
    assert first.downloads == second.downloads == 0
    assert first.licence.isprintable()
    assert len(first.licence) <= 200
    assert (second.licence, second.updated) == ("", "")


def test_files_with_names_that_leave_the_folder_are_left_out(
    server: FaultyServer, source: HuggingFace
) -> None:
    names = ["../m.gguf", "/etc/m.gguf", "a\\..\\m.gguf", "C:m.gguf", "m.gguf", "M.GGUF", "a/./b"]
    files = [{"rfilename": name, "size": 1} for name in names]
    answer_all(server, Reply(200, info(siblings=files)))
    assert source.listing(NAME).files == (RemoteFile("M.GGUF", 1, ""),)


def test_an_answer_without_end_is_not_read_to_it(server: FaultyServer, source: HuggingFace) -> None:
    answer_all(server, Reply(200, b'["' + b"x" * 40_000_000))
    assert "longer than" in str(refused(lambda: source.listing(NAME)))
    assert "longer than" in str(refused(lambda: source.search("", 5)))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "missing"), (404, "missing"), (429, "busy"), (500, "busy")]
)
def test_statuses(
    server: FaultyServer, source: HuggingFace, status: int, kind: DownloadErrorKind
) -> None:
    answer_all(server, Reply(status, b"no", {"Retry-After": "7"}))
    error = refused(lambda: source.listing(NAME))
    assert error.kind == kind
    assert error.retry_after_s == (7 if status == 429 else error.retry_after_s)


def test_pages_without_end_come_to_one(server: FaultyServer, source: HuggingFace) -> None:
    link = {"Link": f'<{server.url}/api/models?cursor=1>; rel="next"'}
    answer_all(server, Reply(200, b"[]", link))
    assert source.search("x", 5) == []
    assert len(server.served()) <= 1000
