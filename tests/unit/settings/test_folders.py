# SPDX-License-Identifier: Apache-2.0
"""Where files are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.settings import config_file, data_folder, log_folder, models_folder


def test_everything_is_under_the_chosen_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path))
    for place in (data_folder(), models_folder(), config_file(), log_folder()):
        assert place.is_relative_to(tmp_path)


def test_a_relative_home_does_not_follow_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KTDESK_HOME", "portable")
    assert data_folder() == tmp_path / "portable"


def test_otherwise_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KTDESK_HOME", raising=False)
    assert models_folder().is_absolute()
    assert models_folder().parent.name.lower() == "ktdesk"
    assert config_file().name == "settings.toml"
