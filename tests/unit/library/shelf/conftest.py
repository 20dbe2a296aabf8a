# SPDX-License-Identifier: Apache-2.0
"""A shelf with one folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.shelf import Shelf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "models"
    path.mkdir()
    return path


@pytest.fixture
def shelf(folder: Path) -> Iterator[Shelf]:
    with Shelf([(folder, Owner.KTDESK)]) as shelf:
        yield shelf


def only(shelf: Shelf) -> LocalModel:
    """Return the only model there is."""
    (model,) = shelf.look().models
    return model
