# SPDX-License-Identifier: Apache-2.0
"""Which models there are, and how they are."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from ktdesk.errors import ModelFileError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.shelf import describe as describe_module
from ktdesk.library.shelf.facts import SHA256
from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.model import Owner, named
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from tests.unit.formats import raw
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, put_ollama, sha256, shards

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
is_root = sys.platform != "win32" and os.getuid() == 0


def names(shelf: Shelf) -> list[str]:
    return [found.name for found in shelf.look().models]


def test_models_are_found_below_a_folder_newest_first(shelf: Shelf, folder: Path) -> None:
    for number, name in enumerate(["old.gguf", "deep/er/new.gguf", "A.GGUF", "notes.txt"]):
        (path,) = put(folder, {name: model(name)})
        os.utime(path, (number + 1, number + 1))
    assert names(shelf) == ["A.GGUF", "deep/er/new.gguf", "old.gguf"]
    first = shelf.look().models[0]
    assert (first.path, first.architecture, first.problem) == (folder / "A.GGUF", "llama", "")
    assert (first.size_bytes, first.folder) == (len(model("A.GGUF")), folder)


def test_models_are_called_by_their_names_their_files_or_their_ids(
    shelf: Shelf, folder: Path
) -> None:
    put(folder, shards("big", 2) | {"Small-Q4.GGUF": model("Small One")})
    put_ollama(folder / "ollama", "library/qwen3:8b", model("Qwen3 8B"))
    models = shelf.look().models
    assert {each.id for each in models} == {"big", "Small-Q4", "qwen3:8b"}
    for name in ("BIG", "big-00001-of-00002", "small one", "small-q4", "QWEN3:8b"):
        assert len(named(models, name)) == 1
    assert named(models, "small") == []


def test_a_model_without_a_name_is_called_by_its_file(shelf: Shelf, folder: Path) -> None:
    put(folder, {"own.gguf": bytes(raw.small())})
    assert names(shelf) == ["own"]


def test_shards_are_one_model_with_the_size_of_all(shelf: Shelf, folder: Path) -> None:
    paths = put(folder, shards("big", 3))
    put(folder, {"big-00001-of-00001.gguf": model("other")})
    found = next(each for each in shelf.look().models if each.name == "big")
    assert len(shelf.look().models) == 2
    assert found.path == paths[0]
    assert found.size_bytes == sum(path.stat().st_size for path in paths)
    assert (found.condition, found.problem) == (Condition.UNVERIFIED, "")


@pytest.mark.parametrize("there", [(1,), (2, 3)])
def test_missing_shards_are_counted_and_loading_says_so(
    shelf: Shelf, folder: Path, there: tuple[int, ...]
) -> None:
    paths = put(folder, shards("big", 3))
    for number, path in enumerate(paths, 1):
        if number not in there:
            path.unlink()
    found = only(shelf)
    assert found.condition is Condition.MISSING
    assert (len(found.state.missing), found.state.parts) == (3 - len(there), 3)
    assert found.path == paths[there[0] - 1]
    with pytest.raises(ModelFileError, match=f"3 parts, and {3 - len(there)} of them are missing"):
        found.check_loadable()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"<html>not found</html>", "is not a GGUF file"),
        (bytes(raw.small())[:-5], "ends before its tensor"),
        (bytes(raw.File(metadata=[])), "does not say its general.architecture"),
    ],
)
def test_what_cannot_be_read_is_listed_with_its_reason(
    shelf: Shelf, folder: Path, content: bytes, problem: str
) -> None:
    put(folder, {"broken.gguf": content, "whole.gguf": model("whole")})
    (broken,) = (each for each in shelf.look().models if each.problem)
    assert (broken.name, broken.architecture) == ("broken", "")
    assert (broken.size_bytes, broken.condition) == (len(content), Condition.UNREADABLE)
    assert problem in broken.problem


@pytest.mark.parametrize(
    ("architecture", "kind"), [("clip", None), ("clip", "mmproj"), ("llama", "adapter")]
)
def test_what_goes_with_a_model_is_none(
    shelf: Shelf, folder: Path, architecture: str, kind: str | None
) -> None:
    metadata = [raw.string("general.architecture", architecture)]
    metadata += [raw.string("general.type", kind)] if kind else []
    put(folder, {"x.gguf": bytes(raw.File(metadata)), "y.gguf": model("whole")})
    for _ in range(2):
        (part,) = (each for each in shelf.look().models if each.problem)
        assert part.condition is Condition.UNREADABLE
        assert f"goes with one: it says that it is {kind or 'mmproj'!r}" in part.problem


def test_a_file_that_was_mended_is_read_again(shelf: Shelf, folder: Path) -> None:
    put(folder, {"a.gguf": b"junk"})
    assert only(shelf).condition is Condition.UNREADABLE
    put(folder, {"a.gguf": model()})
    assert only(shelf).condition is Condition.UNVERIFIED


def test_downloads_are_complete_until_a_byte_may_have_changed(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 2)
    paths = put(folder / "owner", files)
    write_lock(folder / "owner", lock_of(files, folder / "owner"))
    found = only(shelf)
    assert found.condition is Condition.COMPLETE
    assert found.lock
    assert (found.lock.repository, found.lock_folder) == ("owner/name", folder / "owner")
    os.utime(paths[1])
    assert only(shelf).condition is Condition.UNVERIFIED


def test_a_copied_folder_is_adopted_but_not_yet_believed(shelf: Shelf, folder: Path) -> None:
    files = {"Q4/a.gguf": model()}
    put(folder / "here", files)
    write_lock(folder / "here", lock_of(files, folder / "here"))
    shutil.copytree(folder / "here", folder / "copy")  # keeps the times
    conditions = {each.path.parts[-3]: each.condition for each in shelf.look().models}
    assert conditions == {"here": Condition.COMPLETE, "copy": Condition.UNVERIFIED}


def test_a_file_of_another_size_than_its_lock_says_is_damaged(shelf: Shelf, folder: Path) -> None:
    put(folder, {"a.gguf": model(size=8)})
    write_lock(folder, lock_of({"a.gguf": model(size=16)}))
    found = only(shelf)
    assert (found.condition, found.state.damaged) == (Condition.DAMAGED, ("a.gguf",))
    with pytest.raises(ModelFileError, match=r"a\.gguf") as caught:
        found.check_loadable()
    assert "Fetch the model again" in caught.value.hint


def test_a_known_hash_decides_until_the_file_changes(shelf: Shelf, folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    write_lock(folder, lock_of({"a.gguf": model()}))
    assert only(shelf).condition is Condition.UNVERIFIED
    shelf.facts.keep(path, SHA256, [Seal.of(path)], sha256(model()))
    assert only(shelf).condition is Condition.COMPLETE
    shelf.facts.keep(path, SHA256, [Seal.of(path)], sha256(b"other"))
    assert only(shelf).condition is Condition.DAMAGED
    os.utime(path)
    assert only(shelf).condition is Condition.UNVERIFIED


def test_what_is_known_outlives_the_program(shelf: Shelf, folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    write_lock(folder, lock_of({"a.gguf": model()}))
    shelf.facts.keep(path, SHA256, [Seal.of(path)], sha256(model()))
    with Shelf(shelf.places) as later:
        assert only(later).condition is Condition.COMPLETE


def test_a_model_that_its_lock_remembers_is_gone_not_forgotten(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 2) | {"README.md": b"Hello"}
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    for path in paths[:2]:
        path.unlink()
    found = only(shelf)
    assert (found.condition, found.path) == (Condition.GONE, paths[0])
    with pytest.raises(ModelFileError, match="is not there any more"):
        found.check_loadable()


def test_models_of_a_folder_whose_disk_is_unplugged_are_gone_and_come_back(
    shelf: Shelf, folder: Path
) -> None:
    put(folder, shards("big", 2))
    before = only(shelf)
    away = folder.rename(folder.with_name("unplugged"))
    found = only(shelf)
    assert (found.name, found.path, found.condition) == ("big", before.path, Condition.GONE)
    assert "is gone" in found.problem
    away.rename(folder)
    assert only(shelf) == before


def test_what_was_deleted_before_does_not_come_back_as_unplugged(
    shelf: Shelf, folder: Path
) -> None:
    old, _ = put(folder, {"old.gguf": model("old"), "kept.gguf": model("kept")})
    assert len(shelf.look().models) == 2
    old.unlink()
    assert names(shelf) == ["kept"]
    folder.rename(folder.with_name("unplugged"))
    assert names(shelf) == ["kept"]


@pytest.mark.logs("is not a lock file")
def test_a_damaged_lock_file_leaves_its_models_unverified(shelf: Shelf, folder: Path) -> None:
    put(folder, {"a.gguf": model(), LOCK_NAME: b"{"})
    assert only(shelf).condition is Condition.UNVERIFIED


def test_hidden_places_and_those_of_the_system_are_passed_over(shelf: Shelf, folder: Path) -> None:
    put(folder, {".making-x/half.gguf": model(), ".hidden.gguf": model()})
    put(folder, {"$RECYCLE.BIN/a.gguf": model(), "lost+found/a.gguf": model()})
    (folder / "folder.gguf").mkdir()
    assert shelf.look().models == ()


def test_a_folder_that_is_itself_hidden_is_searched(tmp_path: Path) -> None:
    put(tmp_path / ".ktdesk", {"a.gguf": model()})
    with Shelf([(tmp_path / ".ktdesk", Owner.KTDESK)]) as shelf:
        assert len(shelf.look().models) == 1


def test_a_folder_that_is_not_there_has_no_models(tmp_path: Path) -> None:
    with Shelf([(tmp_path / "nowhere", Owner.KTDESK)]) as shelf:
        assert shelf.look() == shelf.look()
        assert shelf.look().models == ()


@needs_links
def test_links_are_followed_but_not_in_circles_and_nothing_is_listed_twice(
    shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    put(tmp_path / "elsewhere", {"a.gguf": model()})
    (folder / "there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(folder)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "again.gguf").symlink_to(tmp_path / "elsewhere" / "a.gguf")
    os.link(tmp_path / "elsewhere" / "a.gguf", folder / "hard.gguf")
    assert len(shelf.look().models) == 1


@needs_links
def test_a_link_to_a_file_that_went_is_a_model_that_is_gone(shelf: Shelf, folder: Path) -> None:
    (folder / "a.gguf").symlink_to(folder / "nowhere")
    assert only(shelf).condition is Condition.GONE


@pytest.mark.skipif(sys.platform == "win32" or is_root, reason="may read everything")
def test_folders_that_may_not_be_read_are_said(shelf: Shelf, folder: Path) -> None:
    put(folder, {"closed/a.gguf": model(), "b.gguf": model("b")})
    (folder / "closed").chmod(0)
    try:
        inventory = shelf.look()
    finally:
        (folder / "closed").chmod(0o700)
    assert inventory.unreadable == {folder / "closed": "Permission denied"}
    assert len(inventory.models) == 1


def test_a_folder_that_the_system_does_not_give_is_said(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, {"bad/a.gguf": model(), "b.gguf": model("b")})
    scandir = os.scandir

    def failing(path: Path):
        if Path(path).name == "bad":
            raise OSError(5, "Input/output error")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)
    assert shelf.look().unreadable == {folder / "bad": "Input/output error"}
    assert names(shelf) == ["b"]


@needs_links
def test_a_file_of_any_name_is_looked_at_by_its_path(
    shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    name = os.fsdecode(b"\xff odd.gguf")
    put(folder, {name: model("odd")})
    assert names(shelf) == names(shelf) == ["odd"]
    assert shelf.look_at(folder / name) == only(shelf)
    (path,) = put(tmp_path, {"no suffix": model("plain")})
    assert shelf.look_at(path).name == "plain"


def test_a_file_of_a_locked_folder_is_looked_at_as_it_is_listed(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"deep/{name}": raw for name, raw in shards("big", 2).items()}
    paths = put(folder, files)
    write_lock(folder, lock_of(files, folder))
    assert shelf.look_at(paths[0]) == only(shelf)
    monkeypatch.chdir(folder / "deep")
    assert shelf.look_at(Path(paths[1].name)).condition is Condition.COMPLETE


@pytest.mark.slow
def test_ten_thousand_files_are_read_once(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = model()
    for number in range(10_000):
        put(folder, {f"{number % 100}/{number}.gguf": content})
    first = shelf.look()
    assert len(first.models) == 10_000

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} is opened again")

    monkeypatch.setattr(describe_module.Checkpoint, "open", refuse)
    assert shelf.look() == first
