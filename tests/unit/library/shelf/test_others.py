# SPDX-License-Identifier: Apache-2.0
"""Models of other programs, in folders as these make them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import scan_cache_dir, try_to_load_from_cache

from ktdesk.formats.gguf import Checkpoint
from ktdesk.library.shelf.facts import SHA256
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.others import places_of_others
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import (
    model,
    put,
    put_hugging_face,
    put_llama_cpp,
    put_ollama,
    sha256,
    shards,
)

OLLAMA_MODEL = b"application/vnd.ollama.image.model"
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")


def look(folder: Path, owner: Owner) -> tuple[LocalModel, ...]:
    with Shelf([(folder, owner)]) as shelf:
        return shelf.look().models


def test_lm_studio(tmp_path: Path) -> None:
    put(tmp_path / "infra-ai" / "ocelot-v1", {"ocelot-v1-q4_0.gguf": model("Ocelot")})
    (found,) = look(tmp_path, Owner.LM_STUDIO)
    assert (found.name, found.owner) == ("Ocelot", Owner.LM_STUDIO)
    assert found.condition is Condition.UNVERIFIED


def test_ollama_names_its_models_and_says_what_their_bytes_are(tmp_path: Path) -> None:
    blob = put_ollama(tmp_path, "library/qwen3:8b", model("Qwen3 8B"))
    other = put_ollama(tmp_path, "owner/name:Q4_K_M", model("other"), host="hf.co")
    found = {each.name: each for each in look(tmp_path, Owner.OLLAMA)}
    assert {name: each.path for name, each in found.items()} == {
        "qwen3:8b": blob,
        "hf.co/owner/name:Q4_K_M": other,
    }
    qwen = found["qwen3:8b"]
    assert (qwen.owner, qwen.architecture) == (Owner.OLLAMA, "llama")
    assert qwen.files[0].expected_sha256 == sha256(model("Qwen3 8B"))
    assert (qwen.condition, qwen.problem) == (Condition.UNVERIFIED, "")
    assert Checkpoint.open(blob).name == "Qwen3 8B"


def test_tags_of_the_same_file_are_one_model(tmp_path: Path) -> None:
    put_ollama(tmp_path, "library/a:1b", model())
    put_ollama(tmp_path, "library/a:latest", model())
    assert [each.name for each in look(tmp_path, Owner.OLLAMA)] == ["a:1b"]


def test_a_blob_that_is_gone_or_was_cut_is_said(tmp_path: Path) -> None:
    put_ollama(tmp_path, "library/a:1", model("a")).unlink()
    put_ollama(tmp_path, "library/b:1", model("b")).write_bytes(model("b")[:-4])
    conditions = {each.name: each.condition for each in look(tmp_path, Owner.OLLAMA)}
    assert conditions == {"a:1": Condition.GONE, "b:1": Condition.DAMAGED}


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b'{"layers": 7}',
        b'{"layers": [7]}',
        b'{"layers": [{"mediaType": "%s", "digest": "sha256:../x"}]}' % OLLAMA_MODEL,
        b'{"layers": [{"mediaType": "%s", "digest": 7}]}' % OLLAMA_MODEL,
        b"[" * 100_000,
    ],
)
def test_damaged_manifests_of_ollama_are_passed_over(tmp_path: Path, manifest: bytes) -> None:
    put_ollama(tmp_path, "library/a:1", model())
    put(tmp_path / "manifests" / "registry.ollama.ai" / "library", {"b/1": manifest})
    assert [each.name for each in look(tmp_path, Owner.OLLAMA)] == ["a:1"]


@needs_links
def test_the_hugging_face_cache_is_read_as_its_own_library_reads_it(tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    files = {f"Q4_K_M/{name}": raw for name, raw in shards("big", 2).items()}
    links = put_hugging_face(tmp_path, "owner/name", commit, files)
    (repository,) = scan_cache_dir(tmp_path).repos
    assert repository.repo_id == "owner/name"
    (found,) = look(tmp_path, Owner.HUGGING_FACE)
    name = str(links[0].relative_to(links[0].parents[1]))
    cached = try_to_load_from_cache("owner/name", name, cache_dir=tmp_path)
    assert str(found.path) == cached
    assert [file.expected_sha256 for file in found.files] == list(map(sha256, files.values()))
    assert (found.owner, found.condition) == (Owner.HUGGING_FACE, Condition.UNVERIFIED)
    assert len(Checkpoint.open(found.path).tensors) == 2


@needs_links
def test_revisions_that_share_a_file_are_one_model_and_others_are_two(tmp_path: Path) -> None:
    for commit, name in (("a" * 40, "one"), ("b" * 40, "one"), ("c" * 40, "two")):
        put_hugging_face(tmp_path, "owner/name", commit, {"m.gguf": model(name)})
    found = look(tmp_path, Owner.HUGGING_FACE)
    assert sorted(each.name for each in found) == ["one", "two"]


@needs_links
def test_a_blob_with_other_bytes_than_its_name_says_is_damaged(tmp_path: Path) -> None:
    (link,) = put_hugging_face(tmp_path, "o/n", "a" * 40, {"m.gguf": model()})
    with Shelf([(tmp_path, Owner.HUGGING_FACE)]) as shelf:
        shelf.facts.keep(link, SHA256, [Seal.of(link)], sha256(b"other"))
        assert only(shelf).condition is Condition.DAMAGED


def test_llama_cpp_says_what_it_fetched(tmp_path: Path) -> None:
    path = put_llama_cpp(tmp_path, "ggml-org", "tiny-GGUF", "Q4", "Q4/tiny.gguf", model())
    put(tmp_path, {"manifest=x=y=z.json": b"junk", "own.gguf": model("own")})
    found = {each.path: each for each in look(tmp_path, Owner.LLAMA_CPP)}
    assert set(found) == {path, tmp_path / "own.gguf"}
    assert found[path].files[0].expected_sha256 == sha256(model())
    assert found[path].owner is Owner.LLAMA_CPP


def test_a_note_of_llama_cpp_about_a_file_that_is_not_there_is_no_model(tmp_path: Path) -> None:
    put_llama_cpp(tmp_path, "o", "n", "Q4", "m.gguf", model()).unlink()
    assert look(tmp_path, Owner.LLAMA_CPP) == ()


@needs_links
def test_stores_of_others_in_ones_own_folder_are_known_by_what_they_look_like(
    shelf: Shelf, folder: Path
) -> None:
    put_ollama(folder / "ollama", "library/a:1", model("a"))
    put_hugging_face(folder, "owner/name", "a" * 40, {"m.gguf": model("b")})
    put(folder, {"c.gguf": model("c")})
    owners = {each.name: each.owner for each in shelf.look().models}
    assert owners == {"a:1": Owner.OLLAMA, "b": Owner.HUGGING_FACE, "c": Owner.KTDESK}


def test_nothing_of_others_is_written_to(tmp_path: Path) -> None:
    put_ollama(tmp_path / "ollama", "library/a:1", model("a"))
    put(tmp_path / "studio", {"o/n/m.gguf": model("b")})
    before = {path: path.stat() for path in tmp_path.glob("[os]*/**/*")}
    places = [(tmp_path / "ollama", Owner.OLLAMA), (tmp_path / "studio", Owner.LM_STUDIO)]
    with Shelf(places) as shelf:
        assert len(shelf.look().models) == 2
    after = {path: path.stat() for path in tmp_path.glob("[os]*/**/*")}
    assert [(p, s.st_mtime_ns) for p, s in after.items()] == [
        (p, s.st_mtime_ns) for p, s in before.items()
    ]


Make = Callable[[Path], Any]


@pytest.mark.parametrize(
    ("place", "owner", "environment", "platform"),
    [
        (".lmstudio/models", Owner.LM_STUDIO, {}, "linux"),
        (".cache/lm-studio/models", Owner.LM_STUDIO, {}, "win32"),
        (".ollama/models", Owner.OLLAMA, {}, "linux"),
        (".ollama/models", Owner.OLLAMA, {}, "win32"),
        ("set", Owner.OLLAMA, {"OLLAMA_MODELS": "set"}, "win32"),
        (".cache/huggingface/hub", Owner.HUGGING_FACE, {}, "linux"),
        (".cache/huggingface/hub", Owner.HUGGING_FACE, {}, "win32"),
        ("set/hub", Owner.HUGGING_FACE, {"HF_HOME": "set"}, "linux"),
        ("set", Owner.HUGGING_FACE, {"HF_HUB_CACHE": "set"}, "linux"),
        ("set", Owner.HUGGING_FACE, {"HUGGINGFACE_HUB_CACHE": "set"}, "linux"),
        ("set/huggingface/hub", Owner.HUGGING_FACE, {"XDG_CACHE_HOME": "set"}, "linux"),
        (".cache/llama.cpp", Owner.LLAMA_CPP, {}, "linux"),
        ("set/llama.cpp", Owner.LLAMA_CPP, {"XDG_CACHE_HOME": "set"}, "linux"),
        ("set/llama.cpp", Owner.LLAMA_CPP, {"LOCALAPPDATA": "set"}, "win32"),
        ("set", Owner.LLAMA_CPP, {"LLAMA_CACHE": "set"}, "linux"),
    ],
)
def test_places_of_others(
    tmp_path: Path, place: str, owner: Owner, environment: dict[str, str], platform: str
) -> None:
    (tmp_path / place).mkdir(parents=True)
    variables = {name: str(tmp_path / value) for name, value in environment.items()}
    assert places_of_others(variables, tmp_path, platform) == [(tmp_path / place, owner)]


def test_lm_studio_may_have_its_home_and_its_models_elsewhere(tmp_path: Path) -> None:
    home, models = tmp_path / "studio", tmp_path / "disk" / "models"
    (home / "models").mkdir(parents=True)
    models.mkdir(parents=True)
    put(tmp_path, {".lmstudio-home-pointer": f"{home}\n".encode()})
    put(home, {"settings.json": json.dumps({"downloadsFolder": str(models)}).encode()})
    found = places_of_others({}, tmp_path, "linux")
    assert found == [(models, Owner.LM_STUDIO), (home / "models", Owner.LM_STUDIO)]


@pytest.mark.parametrize(
    "settings",
    [b"[]", b"\xff", b'{"downloadsFolder": 7}', b'{"downloadsFolder": "a\\u0000b"}', b"[" * 99_999],
)
def test_damaged_settings_of_others_are_passed_over(tmp_path: Path, settings: bytes) -> None:
    put(tmp_path / ".lmstudio", {"settings.json": settings, "models/x": b""})
    assert places_of_others({}, tmp_path, "linux") == [
        (tmp_path / ".lmstudio" / "models", Owner.LM_STUDIO)
    ]


def test_a_place_is_given_once_and_only_if_it_is_a_folder(tmp_path: Path) -> None:
    put(tmp_path, {"file": b"", "hub/x": b""})
    variables = {"OLLAMA_MODELS": str(tmp_path / "file"), "LLAMA_CACHE": "relative"}
    variables |= {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HOME": str(tmp_path)}
    assert places_of_others(variables, tmp_path, "linux") == [
        (tmp_path / "hub", Owner.HUGGING_FACE)
    ]
