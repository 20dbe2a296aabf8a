# SPDX-License-Identifier: Apache-2.0
"""Lock files, also from strangers."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import LibraryError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.names import is_safe_path
from ktdesk.library.shelf.lock_file import (
    ModelLock,
    forget_files,
    read_locks,
    write_lock,
)
from ktdesk.library.shelf.seal import Seal

SHA = "0123456789abcdef" * 4


def lock(*paths: str, revision: str = "r1") -> ModelLock:
    return ModelLock("hf", "owner/name", revision, tuple(RemoteFile(p, 5, SHA) for p in paths))


def paths(folder: Path) -> list[tuple[str, list[str]]]:
    return [(each.revision, [f.path for f in each.files]) for each in read_locks(folder)]


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"12345")
    seal = Seal.of(tmp_path / "a.gguf")
    written = ModelLock(
        "hf",
        "o/n",
        "r",
        (RemoteFile("a.gguf", 5, SHA), RemoteFile("Q4/b", 0, "")),
        (("a.gguf", seal),),
    )
    write_lock(tmp_path, written)
    assert read_locks(tmp_path) == (written,)


def test_a_folder_without_lock_file_has_no_locks(tmp_path: Path) -> None:
    assert read_locks(tmp_path) == read_locks(tmp_path / "nowhere") == ()


def test_models_of_one_folder_keep_their_locks(tmp_path: Path) -> None:
    write_lock(tmp_path, lock("a", "b"))
    write_lock(tmp_path, lock("c"))
    assert paths(tmp_path) == [("r1", ["a", "b", "c"])]
    write_lock(tmp_path, lock("b", revision="r2"))
    assert paths(tmp_path) == [("r1", ["a", "c"]), ("r2", ["b"])]


def test_a_file_that_was_forgotten_is_in_no_lock_and_the_last_takes_the_lock_file(
    tmp_path: Path,
) -> None:
    write_lock(tmp_path, lock("a", "b"))
    forget_files(tmp_path, ["a"])
    assert paths(tmp_path) == [("r1", ["b"])]
    forget_files(tmp_path, ["b"])
    assert not (tmp_path / LOCK_NAME).exists()


def test_seals_break_when_a_file_is_written_or_copied(tmp_path: Path) -> None:
    path, copy = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"one")
    seal = Seal.of(path)
    assert Seal.from_json(json.loads(json.dumps(seal.as_json()))) == seal
    shutil.copy2(path, copy)
    assert Seal.of(copy) != seal
    path.rename(tmp_path / "c")
    assert Seal.of(tmp_path / "c") == seal
    (tmp_path / "c").write_bytes(b"two")
    assert Seal.of(tmp_path / "c") != seal


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/x",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "a\\b",
        "C:x",
        "a\0",
        "a\n",
        "nul",
        "a/COM1.gguf",
        "a. ",
        "a" * 2000,
    ],
)
def test_paths_that_may_lead_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(LibraryError):
        write_lock(tmp_path, lock(path))
    assert not (tmp_path / LOCK_NAME).exists()


@pytest.mark.parametrize(
    "path", ["a.gguf", "Q4_K_M/a-00001-of-00002.gguf", ".x", "模型 1.gguf", "a..b"]
)
def test_usual_paths_are_taken(tmp_path: Path, path: str) -> None:
    write_lock(tmp_path, lock(path))
    assert paths(tmp_path) == [("r1", [path])]


def good() -> Any:
    file = {"path": "a", "size_bytes": 1, "sha256": SHA}
    model = {"source": "", "repository": "", "revision": "", "files": [file], "seals": {}}
    return {"version": 1, "models": [model]}


def put(content: Any, *steps: Any) -> Any:
    """Put the last of the steps in the place that the others lead to."""
    whole = place = {"": content}
    for step in ("", *steps[:-2]):
        place = place[step]
    place[steps[-2]] = steps[-1]
    return whole[""]


@pytest.mark.parametrize(
    "content",
    [
        [],
        7,
        {},
        put(good(), "version", 2),
        put(good(), "models", {}),
        put(good(), "models", 0, None),
        put(good(), "models", 0, "source", 1),
        put(good(), "models", 0, "files", "a"),
        put(good(), "models", 0, "files", 0, "path", "../a"),
        put(good(), "models", 0, "files", 0, "size_bytes", -1),
        put(good(), "models", 0, "files", 0, "size_bytes", True),
        put(good(), "models", 0, "files", 0, "size_bytes", 10**30),
        put(good(), "models", 0, "files", 0, "sha256", "x" * 64),
        put(good(), "models", 0, "seals", {"a": [1, 2, 3]}),
        put(good(), "models", 0, "seals", {"a": [1, 2, "9" * 5000]}),
        put(good(), "models", 0, "seals", []),
        put(good(), "models", 0, "files", good()["models"][0]["files"] * 2),
    ],
    ids=repr,
)
def test_what_is_no_lock_is_said_to_be_none(tmp_path: Path, content: Any) -> None:
    (tmp_path / LOCK_NAME).write_text(json.dumps(content))
    with pytest.raises(LibraryError, match="is not a lock file") as caught:
        read_locks(tmp_path)
    assert LOCK_NAME in str(caught.value)


def test_the_good_one_of_these_tests_is_good(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text(json.dumps(good()))
    assert len(read_locks(tmp_path)) == 1


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000, b"{" * 9, b" " * (17 << 20)])
def test_bytes_of_any_kind_are_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / LOCK_NAME).write_bytes(raw)
    with pytest.raises(LibraryError):
        read_locks(tmp_path)


def test_a_folder_in_place_of_the_lock_file_is_said(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(LibraryError, match="cannot be read"):
        read_locks(tmp_path)


def test_a_lock_file_that_cannot_be_used_is_replaced(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_bytes(b"junk")
    write_lock(tmp_path, lock("a"))
    assert paths(tmp_path) == [("r1", ["a"])]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.sampled_from(["source", "revision", "files", "seals"]), JSON)
def test_any_value_in_any_place_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("lock")
    (folder / LOCK_NAME).write_text(json.dumps(put(good(), "models", 0, key, value)))
    with contextlib.suppress(LibraryError):
        assert all(is_safe_path(file.path) for each in read_locks(folder) for file in each.files)
