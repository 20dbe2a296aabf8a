# SPDX-License-Identifier: Apache-2.0
"""The models in a folder, also where some are broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ktdesk.library.index import find_models
from tests.unit.formats import raw
from tests.unit.formats.raw import File


def put(path: Path, content: object, changed: int = 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(content))  # pyright: ignore
    os.utime(path, (changed, changed))
    return path


def shard(tensor: str) -> File:
    return File(tensors=[raw.tensor(tensor, [2])], data=bytes(8))


def test_models_are_found_below_a_folder_newest_first(tmp_path: Path) -> None:
    old = put(tmp_path / "old.gguf", raw.small(), changed=1000)
    new = put(tmp_path / "deep" / "er" / "new.gguf", raw.small(), changed=2000)
    put(tmp_path / "notes.txt", b"")
    first, second = find_models(tmp_path)
    assert (first.path, second.path) == (new, old)
    assert (first.name, first.architecture, first.problem) == ("new", "llama", "")
    assert first.size_bytes == len(bytes(raw.small()))


def test_shards_are_one_model_with_the_size_of_all(tmp_path: Path) -> None:
    paths = [put(tmp_path / f"big-0000{i}-of-00003.gguf", shard(f"t{i}")) for i in (1, 2, 3)]
    put(tmp_path / "big-00001-of-00001.gguf", raw.small())  # another model
    entry = next(e for e in find_models(tmp_path) if e.path == paths[0])
    assert len(find_models(tmp_path)) == 2
    assert (entry.size_bytes, entry.problem) == (sum(p.stat().st_size for p in paths), "")


@pytest.mark.parametrize("there", [(1,), (2, 3)])
def test_shards_of_which_some_are_missing_are_listed_with_that(
    tmp_path: Path, there: tuple[int, ...]
) -> None:
    for i in there:
        put(tmp_path / f"big-0000{i}-of-00003.gguf", shard(f"t{i}"))
    (entry,) = find_models(tmp_path)
    assert f"{3 - len(there)} of them are missing" in entry.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"<html>not found</html>", "is not a GGUF file"),
        (bytes(raw.small())[:-5], "ends before its tensor"),
        (File(metadata=[]), "does not say its general.architecture"),
    ],
)
def test_broken_files_are_listed_with_their_problem(
    tmp_path: Path, content: object, problem: str
) -> None:
    path = put(tmp_path / "broken.gguf", content)
    put(tmp_path / "whole.gguf", raw.small())
    (broken,) = (e for e in find_models(tmp_path) if e.problem)
    assert (broken.name, broken.architecture) == ("broken", "")
    assert broken.size_bytes == path.stat().st_size
    assert problem in broken.problem


def test_hidden_places_and_folders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / ".making-x" / "half.gguf", raw.small())
    put(tmp_path / ".hidden.gguf", raw.small())
    (tmp_path / "folder.gguf").mkdir()
    assert find_models(tmp_path) == []


def test_a_folder_that_is_itself_hidden_is_searched(tmp_path: Path) -> None:
    put(tmp_path / ".ktdesk" / "model.gguf", raw.small())
    assert len(find_models(tmp_path / ".ktdesk")) == 1


def test_a_folder_that_is_not_there_has_no_models(tmp_path: Path) -> None:
    assert find_models(tmp_path / "nowhere") == []
