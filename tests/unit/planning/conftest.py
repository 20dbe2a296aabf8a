# SPDX-License-Identifier: Apache-2.0
"""Known models, planned."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from ktdesk.formats.gguf import Checkpoint
from tests.known.header import write_header
from tests.known.models import MODELS

Known = Callable[[str], Checkpoint]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Return the checkpoint of a known model by its name."""
    folder = tmp_path_factory.mktemp("known")

    @cache
    def open_model(name: str) -> Checkpoint:
        return Checkpoint.open(write_header(MODELS[name], folder / f"{name}.gguf"))

    return open_model
