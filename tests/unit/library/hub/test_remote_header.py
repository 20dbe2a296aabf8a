# SPDX-License-Identifier: Apache-2.0
"""Models planned from elsewhere: true headers, whose weights are never asked for."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from ktdesk.errors import DownloadError, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.folder import Folder
from ktdesk.library.hub.header_cache import HeaderCache
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.listing import Listing, RemoteFile, Variant
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.server import PlainServer
from ktdesk.library.hub.variants import variants_of
from ktdesk.library.web import Web
from ktdesk.planning.plan import Wishes, make_plan
from tests.faulty_server import Fault, FaultyServer, Reply, Request
from tests.hub import Hub
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.unit.planning.machines import card, machine

NAME = "DeepSeek-R1"
STEP = 1 << 20


class Elsewhere:
    """A server with one model: in one file, or in parts."""

    def __init__(self, server: FaultyServer, web: Web, cache: Path, path: Path) -> None:
        self.server, self.path, self.cache = server, path, HeaderCache(cache)
        self.asked: list[Request] = []
        server.before = self.asked.append
        page = ""
        for part in sorted(path.parent.glob("*.gguf")):
            server.add(f"/{part.name}", part)
            page += f'<a href="{part.name}">x</a>'
        server.fail_always("/", Fault(reply=Reply(200, page.encode())))
        self.web, self.source = web, PlainServer(web, Credentials({}), server.url)

    def listing(self) -> tuple[Listing, Variant]:
        listing = self.source.listing(".")
        (variant,) = variants_of(listing.files)
        return listing, variant

    def checkpoint(self) -> Checkpoint:
        return RemoteHeaders(self.web, self.cache).checkpoint(self.source, *self.listing())

    def fetched_bytes(self) -> int:
        return asked_bytes(self.asked)


def asked_bytes(requests: list[Request]) -> int:
    """How much of files was asked for. The log of what was sent is written a little later."""
    spans = [request.span for request in requests if request.span]
    assert all(end for _, end in spans)
    return sum((end or 0) - start for start, end in spans)


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_header(MODELS[NAME], tmp_path_factory.mktemp("one") / "R1-Q4_K_M.gguf")


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    return write_header(MODELS[NAME], folder / "R1-Q4_K_M.gguf", part_tensors=130)


@pytest.fixture(params=["one_file", "shards"])
def elsewhere(
    request: pytest.FixtureRequest, server: FaultyServer, web: Web, tmp_path: Path
) -> Elsewhere:
    return Elsewhere(server, web, tmp_path / "cache", request.getfixturevalue(request.param))


def test_a_model_elsewhere_is_planned_as_if_it_were_here(elsewhere: Elsewhere) -> None:
    here, away = Checkpoint.open(elsewhere.path), elsewhere.checkpoint()
    assert (away.metadata, away.tensors) == (here.metadata, here.tensors)
    assert away.size_bytes == here.size_bytes > 400e9
    for on in (machine(64), machine(512, card())):
        wishes = Wishes(context_tokens=8192)
        assert make_plan(away, on, wishes) == make_plan(here, on, wishes)
    assert elsewhere.fetched_bytes() <= STEP + (1 << 15) * len(away._parts)


def test_a_header_is_fetched_once(elsewhere: Elsewhere) -> None:
    first = elsewhere.checkpoint()
    fetched = elsewhere.fetched_bytes()
    assert elsewhere.checkpoint().tensors == first.tensors
    assert elsewhere.fetched_bytes() == fetched


@pytest.mark.parametrize("damage", [b"", b"GGUF", b"x" * 5000])
def test_a_cache_that_was_damaged_is_not_believed(elsewhere: Elsewhere, damage: bytes) -> None:
    first = elsewhere.checkpoint()
    for file in elsewhere.cache._folder.iterdir():
        file.write_bytes(file.read_bytes()[:5000] if damage == b"" else damage)
    assert elsewhere.checkpoint().tensors == first.tensors


def test_a_cache_that_cannot_be_written_is_done_without(elsewhere: Elsewhere) -> None:
    folder = elsewhere.cache._folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"a file in place of the folder")
    assert elsewhere.checkpoint().tensors


@pytest.mark.slow
def test_a_vocabulary_is_read_in_steps(server: FaultyServer, web: Web, tmp_path: Path) -> None:
    elsewhere = Elsewhere(server, web, tmp_path / "cache", with_vocabulary(tmp_path / "m", 200_000))
    away, here = elsewhere.checkpoint(), Checkpoint.open(elsewhere.path)
    assert "tokenizer.ggml.tokens" in here.metadata
    assert "tokenizer.ggml.tokens" not in away.metadata
    assert away.tensors == here.tensors
    header = here._parts[0].header.data_start
    assert header > 4 * STEP
    assert header <= elsewhere.fetched_bytes() < 1.5 * header
    (kept,) = elsewhere.cache._folder.iterdir()
    assert kept.stat().st_size == header


def with_vocabulary(
    folder: Path, tokens: int, *, kind: str = "Q4_0", other_from: int = 1 << 30
) -> Path:
    """Write a file with so many tokens. other_from: those from here on are others."""
    folder.mkdir(exist_ok=True)
    path = folder / f"m-{kind}.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(f"a model in {kind}")
    writer.add_token_list(
        [f"{'others' if n >= other_from else 'token'} {n}" * 3 for n in range(tokens)]
    )
    writer.add_token_types([1] * tokens)
    writer.add_token_merges([f"a {n}" for n in range(tokens)])
    writer.add_chat_template("{{ messages }}")
    writer.add_string("quantize.kind", kind)
    writer.add_tensor_info("t", (1 << 16, 32), np.dtype(np.float32), 1 << 23)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("ab") as file:
        file.truncate((path.stat().st_size + 31) // 32 * 32 + (1 << 23))
    return path


@pytest.mark.slow
def test_another_quantisations_vocabulary_is_not_fetched_again(
    hub: Hub, source: HuggingFace, store: FaultyServer, web: Web, tmp_path: Path
) -> None:
    paths = [with_vocabulary(tmp_path, 100_000, kind=kind) for kind in ("Q4_0", "Q4_K_M", "Q8_0")]
    other = with_vocabulary(tmp_path, 100_000, kind="BF16", other_from=90_000)
    hub.add("a/b", {path.name: path for path in [*paths, other]})
    headers = RemoteHeaders(web, HeaderCache(tmp_path / "cache"))
    listing = source.listing("a/b")
    variants = {variant.files[0].path: variant for variant in variants_of(listing.files)}
    fetched: list[int] = []
    for path in [*paths, other]:
        asked: list[Request] = []
        store.before = asked.append
        away = headers.checkpoint(source, listing, variants[path.name])
        here = Checkpoint.open(path)
        assert away.tensors == here.tensors
        assert away.metadata["quantize.kind"] == here.metadata["quantize.kind"]
        assert away.metadata["tokenizer.chat_template"] == "{{ messages }}"
        fetched.append(asked_bytes(asked))
    whole = Checkpoint.open(paths[0])._parts[0].header.data_start
    assert fetched[0] >= whole > 5 * STEP
    assert max(fetched[1:3]) <= 3 << 16
    assert fetched[3] >= whole  # it begins the same, and goes on otherwise


def test_a_server_without_ranges_will_do(server: FaultyServer, web: Web, tmp_path: Path) -> None:
    elsewhere = Elsewhere(server, web, tmp_path / "cache", with_vocabulary(tmp_path / "m", 50_000))
    server.fail_always(f"/{elsewhere.path.name}", Fault(ignores_range=True))
    assert elsewhere.checkpoint().tensors == Checkpoint.open(elsewhere.path).tensors


def test_a_file_that_changes_meanwhile_is_read_anew(
    server: FaultyServer, web: Web, tmp_path: Path
) -> None:
    before = with_vocabulary(tmp_path / "before", 60_000)
    after = with_vocabulary(tmp_path / "m", 60_000)
    with after.open("r+b") as file:
        begin = file.read(1 << 20)
        file.seek(0)
        file.write(begin.replace(b"llama", b"qwen2"))
    elsewhere = Elsewhere(server, web, tmp_path / "cache", after)
    path = f"/{after.name}"
    server.add(path, before, etag='"before"')
    requests = iter(range(100))
    server.before = lambda request: (
        server.add(path, after, etag='"after"') and None
        if request.path == path and next(requests) == 2  # after the size, and the first step
        else None
    )
    assert elsewhere.checkpoint().architecture == "qwen2"


def test_an_address_that_expires_is_asked_for_again(
    hub: Hub, source: HuggingFace, store: FaultyServer, web: Web, tmp_path: Path
) -> None:
    path = with_vocabulary(tmp_path / "m", 60_000)
    hub.add("a/b", {path.name: path})
    store.fail(f"/store/a/b/{path.name}", Fault(), Fault(reply=Reply(403, b"expired")))
    listing = source.listing("a/b")
    (variant,) = variants_of(listing.files)
    headers = RemoteHeaders(web, HeaderCache(tmp_path / "cache"))
    assert headers.checkpoint(source, listing, variant).tensors == Checkpoint.open(path).tensors


def test_a_connection_that_breaks_once_is_made_again(elsewhere: Elsewhere) -> None:
    path = f"/{elsewhere.path.name}"
    elsewhere.server.fail(path, Fault(), Fault(cut_after=1000))  # the size; then the begin
    assert elsewhere.checkpoint().tensors
    elsewhere.server.fail_always(path, Fault(cut_after=1000))


def test_a_connection_that_breaks_always_is_an_error(elsewhere: Elsewhere) -> None:
    listing = elsewhere.listing()
    elsewhere.server.fail_always(f"/{elsewhere.path.name}", Fault(cut_after=1000))
    with pytest.raises(DownloadError) as caught:
        RemoteHeaders(elsewhere.web, elsewhere.cache).checkpoint(elsewhere.source, *listing)
    assert caught.value.kind == "offline"


def test_a_file_of_another_size_than_listed_is_refused(elsewhere: Elsewhere) -> None:
    listing = elsewhere.listing()
    elsewhere.server.add(f"/{elsewhere.path.name}", b"GGUF" + bytes(1000))
    with pytest.raises(DownloadError, match="not what it was") as caught:
        RemoteHeaders(elsewhere.web, elsewhere.cache).checkpoint(elsewhere.source, *listing)
    assert caught.value.kind == "changed"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "is not a GGUF file"),
        (b"GGUF\3\0\0\0" + b"\xff" * 16, "more than there can be"),
        (b"GGUF\3\0\0\0", "ends within its header"),
        (
            b"GGUF\3\0\0\0" + bytes(8) + b"\1" + bytes(7)  # a value: a text of 100 MB
            + b"\1" + bytes(7) + b"k" + b"\10\0\0\0" + (100_000_000).to_bytes(8, "little")
            + bytes(1 << 27),
            "longer than any",
        ),
    ],
)  # fmt: skip
def test_files_that_are_no_models(
    server: FaultyServer, web: Web, tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "m" / "m-Q4_0.gguf"
    path.parent.mkdir()
    path.write_bytes(data)
    elsewhere = Elsewhere(server, web, tmp_path / "cache", path)
    with pytest.raises(ModelFileError, match=message) as caught:
        elsewhere.checkpoint()
    assert caught.value.hint
    assert elsewhere.fetched_bytes() <= STEP


def test_parts_that_are_missing_are_named(elsewhere: Elsewhere) -> None:
    listing, variant = elsewhere.listing()
    lacking = Variant(variant.label, variant.files, missing=(2, 7))
    with pytest.raises(DownloadError, match="lacks 2 of the parts of Q4_K_M: 2, 7") as caught:
        RemoteHeaders(elsewhere.web).checkpoint(elsewhere.source, listing, lacking)
    assert caught.value.kind == "missing"


def test_a_folder_is_read_by_the_same_means(shards: Path, web: Web, tmp_path: Path) -> None:
    source = Folder(shards.parent)
    listing = source.listing(".")
    (variant,) = variants_of(listing.files)
    away = RemoteHeaders(web, HeaderCache(tmp_path)).checkpoint(source, listing, variant)
    assert away.tensors == Checkpoint.open(shards).tensors


def test_the_cache_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ktdesk.library.hub.header_cache._MOST_BYTES", 250)
    cache = HeaderCache(tmp_path)
    listing = Listing("s", "r", "v", "", is_gated=False, files=())
    entries = [RemoteFile(f"{number}.gguf", 1, "") for number in range(4)]
    for number, file in enumerate(entries[:2]):
        cache.write(listing, file, bytes([number]) * 100)
    assert cache.read(listing, entries[0]) == b"\0" * 100  # used last
    cache.write(listing, entries[2], b"2" * 100)
    assert [bool(cache.read(listing, file)) for file in entries] == [True, False, True, False]
