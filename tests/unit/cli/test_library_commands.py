# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models` and `ktdesk demo`."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.settings import models_folder


@pytest.fixture
def found(monkeypatch):
    """Which models there are in which folder."""
    entries: dict[Path, list[SimpleNamespace]] = {}
    monkeypatch.setattr("ktdesk.library.index.find_models", lambda folder: entries.get(folder, []))
    return entries


def entry(name: str, problem: str = "") -> SimpleNamespace:
    return SimpleNamespace(
        name=name, path=Path(f"{name}.gguf"), architecture="llama", size_bytes=1, problem=problem
    )


def test_all_folders_are_searched_once(ktdesk, found, home) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[models]\nfolders = ['more', 'more']")
    found[models_folder()] = [entry("a")]
    found[Path("more")] = [entry("b", problem="It is cut.")]
    done = ktdesk("models")
    assert done.out == "a  (llama, 1 bytes)\n    a.gguf\nb  (It is cut.)\n    b.gguf\n"
    listed = json.loads(ktdesk("models", "--json").out)["models"]
    assert [(m["name"], m["path"], m["problem"]) for m in listed] == [
        ("a", "a.gguf", ""),
        ("b", "b.gguf", "It is cut."),
    ]


def test_no_models_come_with_advice(ktdesk, found) -> None:
    done = ktdesk("models")
    assert (done.code, done.out) == (0, "")
    assert "ktdesk demo" in done.err


def test_demo_says_where_its_models_are(ktdesk, monkeypatch, tmp_path) -> None:
    def build(folder, *, source, progress):
        assert source == tmp_path / "own.gguf"
        return SimpleNamespace(deepseek2=folder / "d.gguf", llama=folder / "l.gguf")

    monkeypatch.setattr("ktdesk.library.demo.demo_models", build)
    done = ktdesk("demo", "--source", tmp_path / "own.gguf")
    folder = models_folder()
    assert done.out == f"deepseek2  {folder / 'd.gguf'}\nllama      {folder / 'l.gguf'}\n"
    paths = json.loads(ktdesk("demo", "--source", tmp_path / "own.gguf", "--json").out)
    assert paths == {"deepseek2": str(folder / "d.gguf"), "llama": str(folder / "l.gguf")}
