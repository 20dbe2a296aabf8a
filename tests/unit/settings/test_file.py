# SPDX-License-Identifier: Apache-2.0
"""The settings file: what is read is what was written, and no file stops the program."""

from __future__ import annotations

import dataclasses
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import SettingsError
from ktdesk.settings import (
    EngineSettings,
    InterfaceSettings,
    ModelsSettings,
    SamplingSettings,
    Settings,
    describe,
    file,
    load_settings,
    read_settings,
    save_settings,
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
settings = st.builds(
    Settings,
    engine=st.builds(EngineSettings, threads=st.integers(0, 1024)),
    sampling=st.builds(
        SamplingSettings,
        temperature=st.floats(0, 5),
        top_k=st.integers(0, 100),
        seed=st.none() | st.integers(0, 2**32 - 1),
    ),
    interface=st.builds(
        InterfaceSettings, theme=st.sampled_from(["dark", "light"]), last_model=texts
    ),
    models=st.builds(ModelsSettings, folders=st.lists(texts).map(tuple)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.toml"


@pytest.fixture
def said() -> list[str]:
    return []


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@given(st.lists(settings, min_size=1, max_size=3))
def test_what_was_saved_last_is_read(saved: list[Settings]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "settings.toml")
        for each in saved:
            save_settings(each, path)
        assert read_settings(path) == saved[-1]
        assert [p.name for p in path.parent.iterdir()] == ["settings.toml"]


def test_no_file_gives_the_defaults(path: Path) -> None:
    assert load_settings(path) == Settings()


def test_the_file_explains_every_setting(path: Path) -> None:
    save_settings(dataclasses.replace(Settings(), sampling=SamplingSettings(seed=1)), path)
    text = path.read_text(encoding="utf-8")
    for section in dataclasses.fields(Settings):
        for about in describe(type(getattr(Settings(), section.name))).values():
            assert f"# {about.title}. {about.help}" in text


def test_comments_and_unknown_keys_are_kept_and_reported(path: Path, said: list[str]) -> None:
    write(path, "# mine\n[engine]\nthreads = 3 # three\nturbo = [1, 2]\n[new]\nx = 1\n")
    loaded = load_settings(path, report=said.append)
    save_settings(dataclasses.replace(loaded, engine=EngineSettings(threads=4)), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert "threads = 4 # three" in text
    assert "turbo = [1, 2]" in text
    assert "[new]\nx = 1" in text
    assert said == ["Settings that this version does not know are ignored: engine.turbo, new."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[engine]\nthreads = -1", "engine.threads is -1"),
        ("[engine]\nthreads = true", "engine.threads is True"),
        ("[sampling]\ntemperature = nan", "sampling.temperature is nan"),
        ("[interface]\ntheme = 'pink'", "interface.theme is 'pink'"),
        ("[models]\nfolders = [1]", r"models.folders is \[1\]"),
        ("engine = 3", "'engine' is 3"),
        ("engine", "not TOML"),
        ("version = 99", "version 99"),
        ("version = 'x'", "version 'x'"),
    ],
)
def test_a_broken_file_is_set_aside(path: Path, said: list[str], text: str, message: str) -> None:
    write(path, text)
    with pytest.raises(SettingsError, match=message):
        read_settings(path)
    assert load_settings(path, report=said.append) == Settings()
    assert not path.exists()
    assert path.with_name("settings.toml.broken").read_text(encoding="utf-8") == text
    assert len(said) == 1


def test_a_file_broken_meanwhile_is_not_overwritten(path: Path) -> None:
    write(path, "engine = 3")
    save_settings(Settings(), path)
    assert read_settings(path) == Settings()
    assert path.with_name("settings.toml.broken").read_text(encoding="utf-8") == "engine = 3"


def test_a_file_that_is_not_text_is_set_aside(path: Path, said: list[str]) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    assert load_settings(path, report=said.append) == Settings()
    assert "not TOML" in said[0]


def test_old_files_are_migrated_step_by_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(data):
        data["engine"]["cores"] = data["engine"].pop("processors")

    def rename_again(data):
        data["engine"]["threads"] = data["engine"].pop("cores")

    monkeypatch.setattr(file, "MIGRATIONS", [rename, rename_again])
    write(path, "version = 1\n[engine]\nprocessors = 7 # old\n")
    assert read_settings(path).engine.threads == 7
    save_settings(read_settings(path), path)
    assert "version = 3" in path.read_text(encoding="utf-8")
    assert "processors" not in path.read_text(encoding="utf-8")
    assert read_settings(path).engine.threads == 7


@pytest.mark.skipif(sys.platform == "win32", reason="folders of a user are private on Windows")
def test_only_the_user_may_read_the_file(path: Path) -> None:
    save_settings(Settings(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="there, below a file is simply nothing")
@pytest.mark.logs("could not be set aside")
def test_an_unwritable_place_is_an_error_with_advice(tmp_path: Path) -> None:
    write(tmp_path / "taken", "a file, not a folder")
    with pytest.raises(SettingsError, match="could not be saved") as caught:
        save_settings(Settings(), tmp_path / "taken" / "settings.toml")
    assert caught.value.hint
