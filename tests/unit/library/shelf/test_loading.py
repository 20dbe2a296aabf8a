# SPDX-License-Identifier: Apache-2.0
"""What is looked at before a model is loaded, and what is kept of how it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.folders import add_folder
from ktdesk.library.shelf.loading import (
    Checkpoint,
    content_key,
    find_again,
    prepare_load,
    remember,
)
from ktdesk.library.shelf.model_settings import (
    ModelSettings,
    model_settings_file,
    read_model_settings,
    write_model_settings,
)
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.settings import EngineSettings, SamplingSettings, Settings
from tests.unit.library.shelf.making import model, put, shards


def test_a_model_is_loaded_as_it_was_last_wherever_it_lies(folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model("a")})
    (other,) = put(folder, {"b.gguf": model("b")})
    assert prepare_load(path).placement() == "auto"
    remember(prepare_load(path), ModelSettings("one_gpu"))
    assert prepare_load(path).placement() == "one_gpu"
    moved = path.rename(folder / "renamed")
    assert prepare_load(moved).placement() == "one_gpu"
    assert prepare_load(moved).placement("cpu_only") == "cpu_only"
    assert prepare_load(other).placement() == "auto"


def test_a_model_that_was_moved_is_found_again_by_its_content(folder: Path, tmp_path: Path) -> None:
    settings = add_folder(add_folder(Settings(), folder), _made(tmp_path / "other"))
    paths = put(folder, shards("big", 2))
    assert find_again(paths[0], settings) is None  # it was never loaded
    prepare_load(paths[0])
    for path in paths:
        path.rename(tmp_path / "other" / path.name)
    put(folder / "changed", shards("big", 2) | {paths[0].name: model("x")})
    assert find_again(paths[1], settings) == tmp_path / "other" / paths[0].name
    (tmp_path / "other" / paths[1].name).unlink()
    assert find_again(paths[0], settings) is None


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_any_shard_stands_for_its_model(folder: Path) -> None:
    paths = put(folder, shards("big", 3))
    remember(prepare_load(paths[0]), ModelSettings("one_gpu"))
    assert prepare_load(paths[2]).placement() == "one_gpu"


def test_the_key_is_read_once_and_again_after_a_change(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = put(folder, {"a.gguf": model("a")})
    key = content_key(path, shelf.facts)
    put(folder, {"a.gguf": model("b")})
    assert content_key(path, shelf.facts) != key
    put(folder, {"a.gguf": model("a")})
    assert content_key(path, shelf.facts) == key
    monkeypatch.delattr(Checkpoint, "open")
    assert content_key(path, shelf.facts) == key


@pytest.mark.parametrize("content", [None, b"", b"junk"])
def test_what_cannot_be_read_has_nothing_of_its_own(folder: Path, content: bytes | None) -> None:
    if content is not None:
        put(folder, {"a.gguf": content})
    assert prepare_load(folder / "a.gguf").placement() == "auto"
    assert not model_settings_file().exists()


def test_what_is_chosen_for_a_model_that_went_is_forgotten(folder: Path) -> None:
    remember(prepare_load(folder / "a.gguf"), ModelSettings("one_gpu"))
    assert not model_settings_file().exists()


def test_settings_are_kept_and_lie_over_those_of_all() -> None:
    own = ModelSettings("one_gpu", {"context_tokens": 4096}, {"temperature": 0.2, "seed": None})
    write_model_settings("k", own)
    write_model_settings("other", ModelSettings("cpu_only"))
    kept = read_model_settings("k")
    assert kept == own
    assert kept.over(EngineSettings(threads=3)) == EngineSettings(threads=3, context_tokens=4096)
    assert kept.over(SamplingSettings(top_k=7)) == SamplingSettings(top_k=7, temperature=0.2)
    write_model_settings("k", ModelSettings())
    assert json.loads(model_settings_file().read_text())["models"].keys() == {"other"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["temperature", "threads", "seed", "x"]), inner, max_size=3
        )
    ),
)


@given(JSON, JSON, JSON)
def test_damaged_values_are_left_out(
    tmp_path_factory: pytest.TempPathFactory, placement: Any, engine: Any, sampling: Any
) -> None:
    path = tmp_path_factory.mktemp("kept") / "kept.json"
    entry = {"placement": placement, "engine": engine, "sampling": sampling}
    content = {"version": 1, "models": {"k": entry, "l": placement}}
    path.write_text(json.dumps(content))
    kept = read_model_settings("k", path)
    kept.over(EngineSettings())
    kept.over(SamplingSettings())
    read_model_settings("l", path).over(EngineSettings())
    write_model_settings("m", ModelSettings("auto"), path)
    assert read_model_settings("k", path) == kept


@pytest.mark.logs("cannot be read|another version")
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"version": 2, "models": {}}', b"[" * 99_999]
)
def test_a_file_that_cannot_be_used_is_set_aside_when_one_is_written(content: bytes) -> None:
    path = model_settings_file()
    put(path.parent, {path.name: content})
    assert read_model_settings("k") == ModelSettings()
    write_model_settings("k", ModelSettings("one_gpu"))
    assert read_model_settings("k").placement == "one_gpu"
    assert path.with_name(path.name + ".broken").read_bytes() == content


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    put(tmp_path, {"file": b""})
    with pytest.raises(LibraryError, match="cannot be kept"):
        write_model_settings("k", ModelSettings("auto"), tmp_path / "file" / "kept.json")
