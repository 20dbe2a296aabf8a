# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models` and `ktdesk demo`."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

from ktdesk.library.shelf.model import Owner
from ktdesk.settings import models_folder
from tests.unit.library.shelf.making import model, put, put_ollama


def test_all_folders_are_searched_once(ktdesk, home, tmp_path) -> None:
    more = tmp_path / "more"
    put(home, {"settings.toml": f"[models]\nfolders = ['{more}', '{more}']".encode()})
    put(models_folder(), {"a.gguf": model("a")})
    put(more, {"b.gguf": b"junk"})
    os.utime(more / "b.gguf", (1, 1))
    done = ktdesk("models")
    a, b, size = models_folder() / "a.gguf", more / "b.gguf", len(model("a"))
    assert done.out == (
        f"a  (llama, {size} bytes, unverified)\n    {a}\nb  (b.gguf is not a GGUF file.)\n    {b}\n"
    )
    listed = json.loads(ktdesk("models", "--json").out)["models"]
    assert [(m["name"], m["path"], m["condition"], m["problem"]) for m in listed] == [
        ("a", str(a), "unverified", ""),
        ("b", str(b), "unreadable", "b.gguf is not a GGUF file."),
    ]


def test_models_of_other_programs_are_shown_unless_that_is_not_wanted(
    ktdesk, home, tmp_path, monkeypatch
) -> None:
    put_ollama(tmp_path / "ollama", "library/tiny:1b", model())
    places = [(tmp_path / "ollama", Owner.OLLAMA)]
    monkeypatch.setattr("ktdesk.library.shelf.shelf.places_of_others", lambda: places)
    assert ktdesk("models").out.startswith("tiny:1b  (llama, ")
    assert "unverified, of Ollama)" in ktdesk("models").out
    put(home, {"settings.toml": b"[models]\nother_programs = false"})
    assert ktdesk("models").out == ""


def test_no_models_come_with_advice(ktdesk) -> None:
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
