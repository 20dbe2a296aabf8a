# SPDX-License-Identifier: Apache-2.0
"""Folders, and plain servers of folders: Python's own, and the pages that others make."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.folder import Folder
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.server import PlainServer, links_in
from ktdesk.library.hub.source import Source
from ktdesk.library.shelf.lock_file import ModelLock, write_lock
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer, Reply

R1 = "unsloth/DeepSeek-R1-GGUF"
FILES = {
    "top-Q8_0.gguf": b"GGUF top",
    "one/m-Q4_0.gguf": b"GGUF one",
    f"{R1}/Q4 K+M/R1-00001-of-00002.gguf": b"GGUF first",
    f"{R1}/Q4 K+M/R1-00002-of-00002.gguf": b"GGUF second part",
    f"{R1}/大.gguf": b"GGUF large",
    f"{R1}/README.md": b"not a model",
    f"{R1}/.hidden/x.gguf": b"GGUF hidden",
    "a/b/c/d/e/f/deep.gguf": b"GGUF too deep",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


@pytest.fixture
def address(root: Path) -> Iterator[str]:
    """The server of Python's library, as `python -m http.server` runs it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    class Server(ThreadingHTTPServer):
        daemon_threads = False

    with Server(("127.0.0.1", 0), functools.partial(Quiet, directory=root)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(params=["folder", "server"])
def tree(request: pytest.FixtureRequest, root: Path, web: Web) -> Source:
    if request.param == "folder":
        return Folder(root)
    return PlainServer(web, Credentials({}), request.getfixturevalue("address"))


def body(web: Web, source: Source, repository: str, file: RemoteFile) -> bytes:
    address = source.origin(repository, "").address(file)
    with web.open("GET", address.url, headers=address.headers) as response:
        return b"".join(iter(lambda: response.read(3), b""))


def test_folders_are_repositories(tree: Source) -> None:
    hits = tree.search("", 10)
    assert [hit.repository for hit in hits] == [".", "one", R1]
    assert [hit.repository for hit in tree.search("deepseek 大", 10)] == [R1]
    assert tree.search("deepseek nowhere", 10) == []
    assert len(tree.search("", 2)) == 2


def test_a_listing_has_the_models_of_a_folder_and_those_below(tree: Source, web: Web) -> None:
    listing = tree.listing(R1)
    paths = ["Q4 K+M/R1-00001-of-00002.gguf", "Q4 K+M/R1-00002-of-00002.gguf", "大.gguf"]
    assert [(file.path, file.size_bytes) for file in listing.files] == [
        (path, len(FILES[f"{R1}/{path}"])) for path in paths
    ]
    assert {body(web, tree, R1, file) for file in listing.files} == {
        FILES[f"{R1}/{path}"] for path in paths
    }
    assert tree.listing(R1, listing.revision) == listing


def test_a_listing_of_the_root_has_all(tree: Source, web: Web) -> None:
    listing = tree.listing(".")
    assert len(listing.files) == 5
    for file in listing.files:
        assert body(web, tree, ".", file) == FILES[file.path]


def test_what_has_changed_since_is_noticed(tree: Source, root: Path) -> None:
    before = tree.listing("one").revision
    (root / "one/m-Q4_0.gguf").write_bytes(b"GGUF another")
    with pytest.raises(DownloadError) as caught:
        tree.listing("one", before)
    assert caught.value.kind == "changed"


@pytest.mark.parametrize("below", ["", R1, f"{R1}/Q4 K+M"])
def test_lock_files_tell_hashes(tree: Source, root: Path, below: str) -> None:
    inside = [path for path in FILES if path.startswith(f"{R1}/Q4")]
    files = [
        RemoteFile(path.removeprefix(f"{below}/") if below else path, len(data), sha256(data))
        for path, data in FILES.items()
        if path in inside
    ]
    write_lock(root / below, ModelLock("huggingface", R1, "0" * 40, tuple(files)))
    listed = {f"{R1}/{file.path}": file.sha256 for file in tree.listing(R1).files}
    assert {path: digest for path, digest in listed.items() if digest} == {
        path: sha256(FILES[path]) for path in inside
    }


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 1, "models": [7]}', b"\xff"])
def test_a_lock_file_that_is_none_tells_nothing(tree: Source, root: Path, content: bytes) -> None:
    (root / "one/model.lock.json").write_bytes(content)
    (file,) = tree.listing("one").files
    assert file == RemoteFile("m-Q4_0.gguf", len(FILES["one/m-Q4_0.gguf"]), "")


@pytest.mark.parametrize("name", ["..", "../..", "/etc", "nowhere", f"{R1}/../../..", "a\\b", ""])
def test_folders_that_there_are_not(tree: Source, name: str) -> None:
    with pytest.raises(DownloadError) as caught:
        tree.listing(name)
    assert caught.value.kind == "missing"
    if name != "nowhere":
        with pytest.raises(DownloadError):
            tree.origin(name, "")


def test_a_disk_that_is_gone(root: Path) -> None:
    with pytest.raises(DownloadError, match="cannot be read") as caught:
        Folder(root / "unplugged").search("", 5)
    assert "connected" in caught.value.hint


def test_parts_of_a_file_in_a_folder(root: Path, web: Web) -> None:
    address = Folder(root).origin("one", "").address(RemoteFile("m-Q4_0.gguf", 8, ""))
    with web.open("GET", address.url, span=(5, 100)) as response:
        assert response.status == 206
        assert response.headers["Content-Range"] == "bytes 5-7/8"
        assert response.read(100) == b"one"
        assert response.read(100) == b""
        etag = response.headers["ETag"]
    with web.open("GET", address.url, span=(5, 8), etag=etag) as response:
        assert response.status == 206
    with web.open("GET", address.url, span=(5, 8), etag='"another"') as response:
        assert response.status == 200
        assert response.read(100) == FILES["one/m-Q4_0.gguf"]
    with web.open("HEAD", address.url) as response:
        assert response.headers["Content-Length"] == "8"
        assert response.read(100) == b""


def test_no_host_leads_to_a_file_of_this_computer(
    server: FaultyServer, web: Web, root: Path
) -> None:
    target = (root / "top-Q8_0.gguf").as_uri()
    server.add("/m.gguf", b"x")
    server.fail("/m.gguf", Fault(reply=Reply(302, headers={"Location": target})))
    with pytest.raises(DownloadError, match="no address of the web"):
        web.open("GET", f"{server.url}/m.gguf")


PAGES = {
    "nginx": '<h1>Index of /m/</h1><pre><a href="../">../</a>\n<a href="R1%20a.gguf">R1 a..&gt;</a>'
    '  29-Nov-2026 10:00  404G\n<a href="sub/">sub/</a></pre>',
    "apache": '<table><tr><th><a href="?C=N;O=D">Name</a></th></tr><tr><td><a href="/">Parent</a>'
    '</td></tr><tr><td><A HREF="R1%20a.gguf">R1 a.gguf</A></td></tr><a href="sub/">sub</a></table>',
    "caddy": '<a href="./R1%20a.gguf"><svg></svg></a><a href="./sub/">sub</a><a href="..">up</a>',
    "absolute": '<a href="/m/R1%20a.gguf">x</a><a href="http://host/m/sub/">x</a>',
    "hostile": '<a href="R1%20a.gguf"></a><a href="sub/"></a><a href="..%2f..%2fx.gguf"></a>'
    '<a href="a%5Cb.gguf"></a><a href="http://evil/m/x.gguf"></a><a href="file:///etc/x.gguf"></a>'
    '<a href="javascript:x.gguf"></a><a href="http://[x.gguf"></a><a href="C%3Ax.gguf"></a>'
    '<a href="a/b.gguf"></a><a href="x%00.gguf"></a><a href></a><a href="">',
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_pages_of_other_servers(page: str) -> None:
    assert links_in(page, "http://host/m/") == ["R1 a.gguf", "sub/"]


def test_folders_that_lead_in_circles_come_to_an_end(server: FaultyServer, web: Web) -> None:
    server.answer("/", Reply(200, b'<a href="again/">x</a><a href="m.gguf">y</a>'))
    assert len(PlainServer(web, Credentials({}), server.url).search("", 99)) == 3


def test_a_file_of_no_size_is_refused(server: FaultyServer, web: Web) -> None:
    server.fail_always("/", Fault(reply=Reply(200, b'<a href="m.gguf">y</a>')))
    server.fail_always("/m.gguf", Fault(reply=Reply(200, b"", {"Content-Length": "-5"})))
    with pytest.raises(DownloadError):
        PlainServer(web, Credentials({}), server.url).listing(".")


def test_a_page_without_end_is_not_read_to_it(server: FaultyServer, web: Web) -> None:
    server.answer("/", Reply(200, b"<a href='x.gguf'>" * 400_000))
    with pytest.raises(DownloadError, match="makes no sense"):
        PlainServer(web, Credentials({}), server.url).listing(".")
