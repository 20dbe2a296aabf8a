# SPDX-License-Identifier: Apache-2.0
"""No model is loaded whose bytes are wrong, or were never read; and each is read once."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, ModelFileError
from ktdesk.library.shelf.before_load import VERIFYING, verify_first
from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from ktdesk.library.shelf.verify import verify
from ktdesk.runtime.progress import LoadProgress
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import (
    lock_of,
    model,
    put,
    put_hugging_face,
    put_llama_cpp,
    put_ollama,
    shards,
)


def read(path: Path) -> list[LoadProgress]:
    """Verify a model as before loading; return what was said of it: nothing, if none was read."""
    seen: list[LoadProgress] = []
    verify_first(path, seen.append)
    return seen


def spoil(path: Path) -> None:
    """Turn a bit of a file, as disks do: nothing but its content shows it."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_model_with_known_hashes_is_read_once_and_is_complete(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 3)
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    size = sum(map(len, files.values()))
    last = read(paths[1])[-1]
    assert (last.stage, last.done_bytes, last.total_bytes, last.fraction) == (
        VERIFYING, size, size, 1.0,
    )  # fmt: skip
    assert last.bytes_per_s > 0
    assert only(shelf).condition is Condition.COMPLETE
    assert read(paths[0]) == []


def test_only_the_files_that_changed_are_read_again(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 3)
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    read(paths[0])
    os.utime(paths[2])
    assert read(paths[0])[-1].total_bytes == len(files[paths[2].name])
    assert only(shelf).condition is Condition.COMPLETE


def test_wrong_bytes_are_refused_and_right_ones_in_their_place_are_not(folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model("a")})
    write_lock(folder, lock_of({"a.gguf": model("b")}))
    for _ in range(2):
        with pytest.raises(ModelFileError, match=r"Not as its source has it: a\.gguf") as caught:
            read(path)
        assert "Fetch" in caught.value.hint
    path.write_bytes(model("b"))
    read(path)


@pytest.mark.parametrize("owner", ["ollama", "hugging face", "llama.cpp"])
def test_hashes_of_other_programs_count_wherever_the_model_is_named_from(
    folder: Path, owner: str
) -> None:
    match owner:
        case "ollama":
            path = put_ollama(folder, "library/a:1", model())
        case "hugging face":
            (path,) = put_hugging_face(folder, "own/a", "0" * 40, {"a.gguf": model()})
        case _:
            path = put_llama_cpp(folder, "own", "a", "Q4", "a.gguf", model())
    spoil(path)
    with pytest.raises(ModelFileError, match="Not as its source has it"):
        read(path)


def test_without_a_published_hash_the_first_reading_is_what_counts(
    shelf: Shelf, folder: Path
) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    assert read(path)[-1].total_bytes == len(model())
    found = only(shelf)
    assert found.condition is Condition.COMPLETE
    assert not found.is_published
    assert read(path) == []
    spoil(path)
    verify(only(shelf), shelf.facts)
    assert only(shelf).condition is Condition.DAMAGED
    with pytest.raises(ModelFileError, match=r"No source says .* are others now"):
        read(path)
    path.write_bytes(model("another"))  # by whoever makes models
    read(path)
    assert only(shelf).condition is Condition.COMPLETE


@pytest.mark.parametrize("content", [None, b"", b"junk"])
def test_what_else_is_wrong_is_left_to_loading(folder: Path, content: bytes | None) -> None:
    if content is not None:
        put(folder, {"a.gguf": content})
    assert read(folder / "a.gguf") == []


def test_a_file_that_is_written_to_meanwhile_is_refused(folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model(size=12 << 20)})

    def write(now: LoadProgress) -> None:
        with path.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"x")

    with pytest.raises(ModelFileError, match="was written to while it was read"):
        verify_first(path, write)


def test_a_file_that_cannot_be_read_to_its_end_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = put(folder, {"a.gguf": model()})

    def fail(*_: object, **__: object) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("ktdesk.library.shelf.verify.hash_file", fail)
    with pytest.raises(ModelFileError, match="to its end: Input/output error"):
        read(path)


@pytest.mark.parametrize("way", ["stop", "report"])
def test_it_can_be_cancelled_and_is_done_anew_then(folder: Path, way: str) -> None:
    (path,) = put(folder, {"a.gguf": model(size=12 << 20)})
    stop = threading.Event()

    def report(now: LoadProgress) -> None:
        if way == "report":
            raise Cancelled
        stop.set()

    with pytest.raises(Cancelled):
        verify_first(path, report, stop)
    assert read(path) != []
