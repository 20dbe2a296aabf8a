# SPDX-License-Identifier: Apache-2.0
"""The folders of models."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.folders import (
    FolderState,
    add_folder,
    describe_folders,
    downloads_folder,
    model_folders,
    remove_folder,
    send_downloads_to,
)
from ktdesk.settings import Settings, load_settings, models_folder, save_settings

is_root = sys.platform != "win32" and os.getuid() == 0


def test_a_folder_is_added_kept_and_removed(folder: Path) -> None:
    settings = add_folder(Settings(), folder)
    save_settings(settings)
    assert model_folders(load_settings()) == [models_folder(), folder]
    assert model_folders(remove_folder(settings, folder)) == [models_folder()]


def test_relative_folders_are_kept_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert model_folders(add_folder(Settings(), Path("models")))[1] == folder


def test_downloads_go_to_one_of_them(folder: Path) -> None:
    assert downloads_folder(Settings()) == models_folder()
    settings = send_downloads_to(Settings(), folder)
    assert (downloads_folder(settings), model_folders(settings)[1]) == (folder, folder)
    assert [each.gets_downloads for each in describe_folders(settings)] == [False, True]
    assert downloads_folder(send_downloads_to(settings, models_folder())) == models_folder()
    assert downloads_folder(remove_folder(settings, folder)) == models_folder()


def test_another_folder_that_goes_leaves_downloads_where_they_went(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    settings = add_folder(send_downloads_to(Settings(), tmp_path / "a"), tmp_path / "b")
    assert downloads_folder(remove_folder(settings, tmp_path / "b")) == tmp_path / "a"


@pytest.mark.parametrize("name", ["nowhere", "file", "models", "models/below"])
def test_what_cannot_be_one_more_folder_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "models" / "below").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"")
    settings = add_folder(Settings(), tmp_path / "models")
    with pytest.raises(LibraryError):
        add_folder(settings, tmp_path / name)


def test_ones_own_folder_stays() -> None:
    with pytest.raises(LibraryError, match="KTDesk's own"):
        remove_folder(Settings(), models_folder())


def test_folders_say_how_they_are_and_what_is_free(folder: Path) -> None:
    settings = add_folder(Settings(), folder)
    own, other = describe_folders(settings)
    assert (own.state, own.is_own, own.gets_downloads) == (FolderState.READY, True, True)
    assert (other.path, other.state, other.is_own) == (folder, FolderState.READY, False)
    usage = shutil.disk_usage(folder)
    assert other.total_bytes == own.total_bytes == usage.total
    assert 0 < other.free_bytes <= usage.total
    folder.rmdir()
    assert describe_folders(settings)[1].state is FolderState.ABSENT
    folder.write_bytes(b"")
    assert describe_folders(settings)[1].state is FolderState.ABSENT


@pytest.mark.skipif(sys.platform == "win32" or is_root, reason="may do everything")
def test_folders_that_may_not_be_used_say_so(folder: Path) -> None:
    settings = add_folder(Settings(), folder)
    for mode, state in ((0o500, FolderState.READ_ONLY), (0, FolderState.UNREADABLE)):
        folder.chmod(mode)
        assert describe_folders(settings)[1].state is state
    folder.chmod(0o700)
