# SPDX-License-Identifier: Apache-2.0
"""A shelf with one folder, and one with two between which a model can be moved."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.shelf import Shelf
from tests.unit.library.shelf.making import lock_of, put
from tests.unit.library.shelf.moving import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "models"
    path.mkdir()
    return path


@pytest.fixture
def shelf(folder: Path) -> Iterator[Shelf]:
    with Shelf([(folder, Owner.KTDESK)]) as shelf:
        yield shelf


@pytest.fixture
def there(folder: Path) -> Path:
    path = folder.with_name("there")
    path.mkdir()
    return path


@pytest.fixture
def both(folder: Path, there: Path) -> Iterator[Shelf]:
    """A shelf with a complete model in the first of two folders."""
    put(folder / "owner" / "name", FILES)
    write_lock(folder / "owner" / "name", lock_of(FILES, folder / "owner" / "name"))
    with Shelf([(folder, Owner.KTDESK), (there, Owner.KTDESK)]) as shelf:
        yield shelf


@pytest.fixture(params=["rename", "copy"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to move, as on one disk and between two."""
    if request.param == "copy":
        replace = Path.replace

        def between_disks(self: Path, target: Path) -> Path:
            if Path(target).parent.name.startswith(".moving-"):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", between_disks)
        monkeypatch.setattr("ktdesk.library.shelf.move._is_one_disk", lambda model, folder: False)
    return request.param


def only(shelf: Shelf) -> LocalModel:
    """Return the only model there is."""
    (model,) = shelf.look().models
    return model
