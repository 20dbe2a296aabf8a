# SPDX-License-Identifier: Apache-2.0
"""Deleting models: what goes, what stays, and where there is no bin."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import send2trash

from ktdesk.errors import LibraryError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.shelf.lock_file import read_locks, write_lock
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.removal import plan_removal, remove
from ktdesk.library.shelf.shelf import Shelf
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

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recycle bin of its own, as a folder."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setattr(send2trash, "send2trash", lambda path: Path(path).rename(place / path.name))
    return place


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def named(shelf: Shelf, name: str) -> LocalModel:
    return next(each for each in shelf.look().models if each.name == name)


def test_all_that_came_with_a_model_goes_into_the_bin(
    shelf: Shelf, folder: Path, trash: Path
) -> None:
    files = shards("big", 2) | {"README.md": b"Hello"}
    put(folder, files | {"big-00001-of-00002.gguf.part": b"12", "notes.txt": b"mine"})
    write_lock(folder, lock_of(files))
    removal = plan_removal(only(shelf))
    assert removal.freed_bytes == sum(map(len, files.values())) + 2
    remove(removal, shelf.facts)
    assert left(folder) == {"notes.txt"}
    assert left(trash) == files.keys() | {"big-00001-of-00002.gguf.part"}
    assert shelf.look().models == ()


def test_other_models_of_the_folder_and_what_they_share_stay(
    shelf: Shelf, folder: Path, trash: Path
) -> None:
    files = {"a.gguf": model("a"), "b.gguf": model("b"), "LICENSE": b"free"}
    put(folder, files)
    write_lock(folder, lock_of(files))
    remove(plan_removal(named(shelf, "a")), shelf.facts)
    assert left(folder) == {"b.gguf", "LICENSE", LOCK_NAME}
    assert [file.path for lock in read_locks(folder) for file in lock.files] == [
        "b.gguf",
        "LICENSE",
    ]
    remove(plan_removal(named(shelf, "b")), shelf.facts)
    assert left(folder) == set()


def test_without_a_bin_nothing_is_deleted_unless_it_is_asked_for(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise send2trash.TrashPermissionError(str(path))

    monkeypatch.setattr(send2trash, "send2trash", fail)
    put(folder, shards("big", 2))
    removal = plan_removal(only(shelf))
    with pytest.raises(LibraryError, match="cannot be put into the recycle bin") as caught:
        remove(removal, shelf.facts)
    assert "for good" in caught.value.hint
    assert left(folder) == shards("big", 2).keys()
    remove(removal, shelf.facts, for_good=True)
    assert left(folder) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="the bin of Linux")
def test_the_real_bin_of_the_system(
    shelf: Shelf, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from send2trash import plat_other

    monkeypatch.setattr(plat_other, "get_dev", lambda path: 0)  # as if at home
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(tmp_path / "Trash"))
    monkeypatch.setattr(send2trash, "send2trash", plat_other.send2trash)
    put(folder, {"a.gguf": model()})
    remove(plan_removal(only(shelf)), shelf.facts)
    assert left(folder) == set()
    assert left(tmp_path / "Trash") == {"a.gguf", "a.gguf.trashinfo"}


def test_a_file_that_cannot_be_deleted_is_said_and_the_lock_says_what_is_left(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = shards("big", 2)
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    unlink = Path.unlink

    def fail(self: Path, missing_ok: bool = False) -> None:
        if self == paths[1]:
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(LibraryError, match="Permission denied"):
        remove(plan_removal(only(shelf)), shelf.facts, for_good=True)
    assert left(folder) == {paths[1].name, LOCK_NAME}
    assert [file.path for lock in read_locks(folder) for file in lock.files] == [paths[1].name]


def test_models_of_others_go_only_if_that_is_said(shelf: Shelf, folder: Path, trash: Path) -> None:
    blob = put_ollama(folder, "library/a:1", model("a"))
    put_ollama(folder, "library/a:latest", model("a"))
    other = put_ollama(folder, "library/b:1", model("b"))
    removal = plan_removal(next(m for m in shelf.look().models if m.path == blob))
    with pytest.raises(LibraryError, match="a model of Ollama"):
        remove(removal, shelf.facts)
    assert blob.exists()
    remove(removal, shelf.facts, of_others=True)
    assert left(folder) == {other.name, "1"}
    assert only(shelf).path == other


@needs_links
def test_of_the_hugging_face_cache_links_and_blobs_go_but_no_blob_that_is_used(
    shelf: Shelf, folder: Path, trash: Path
) -> None:
    put_hugging_face(folder, "o/n", "a" * 40, {"m.gguf": model("old"), "s.gguf": model("same")})
    put_hugging_face(folder, "o/n", "b" * 40, {"m.gguf": model("new"), "s.gguf": model("same")})
    old = named(shelf, "old")
    removal = plan_removal(old)
    assert removal.freed_bytes == len(model("old"))
    assert len(removal.files) == 2
    remove(removal, shelf.facts, of_others=True)
    assert {each.name for each in shelf.look().models} == {"new", "same"}
    assert len(plan_removal(named(shelf, "same")).files) == 1


@needs_links
def test_what_somebody_has_linked_into_the_hugging_face_cache_stays(
    shelf: Shelf, folder: Path, tmp_path: Path, trash: Path
) -> None:
    (path,) = put(tmp_path / "elsewhere", {"a.gguf": model("mine")})
    put_hugging_face(folder, "o/n", "a" * 40, {"m.gguf": model("m")})
    (folder / "models--o--n" / "snapshots" / ("a" * 40) / "a.gguf").symlink_to(path)
    remove(plan_removal(named(shelf, "mine")), shelf.facts, of_others=True)
    assert path.exists()
    assert only(shelf).name == "m"


def test_of_llama_cpp_its_notes_go_along(shelf: Shelf, folder: Path, trash: Path) -> None:
    put_llama_cpp(folder, "o", "n", "Q4", "m.gguf", model())
    with Shelf([(folder, Owner.LLAMA_CPP)]) as cache:
        remove(plan_removal(only(cache)), cache.facts, of_others=True)
    assert left(folder) == {"manifest=o=n=Q4.json"}


@needs_links
def test_what_a_link_leads_to_stays(
    shelf: Shelf, folder: Path, tmp_path: Path, trash: Path
) -> None:
    (path,) = put(tmp_path / "elsewhere", {"a.gguf": model()})
    (folder / "a.gguf").symlink_to(path)
    removal = plan_removal(only(shelf))
    assert (removal.files, removal.freed_bytes) == ((folder / "a.gguf",), 0)
    remove(removal, shelf.facts)
    assert path.exists()
    assert left(folder) == set()


@needs_links
def test_a_link_to_nothing_goes(shelf: Shelf, folder: Path) -> None:
    (folder / "a.gguf").symlink_to(folder / "nowhere")
    remove(plan_removal(only(shelf)), shelf.facts)
    assert left(folder) == set()


def test_a_file_with_another_name_frees_nothing(shelf: Shelf, folder: Path, tmp_path: Path) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    os.link(path, tmp_path / "too")
    assert plan_removal(only(shelf)).freed_bytes == 0
