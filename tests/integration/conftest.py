# SPDX-License-Identifier: Apache-2.0
"""Model files that several modules load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import tiny_llama


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dense model."""
    return tiny_llama(tmp_path_factory.mktemp("tiny") / "model.gguf").path
