# SPDX-License-Identifier: Apache-2.0
"""Model files whose weights are no numbers are refused, or, where nobody looked, never answer."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

import ktdesk.runtime.loading as loading
from ktdesk.engine import Engine
from ktdesk.errors import KernelError, ModelFileError
from ktdesk.runtime.request import Failed, Request
from tests.tiny import tiny_llama


@pytest.fixture(params=[np.nan, np.inf, -np.inf])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model that has one such weight, in the row of a tensor that each token meets."""
    path = tiny_llama(tmp_path / "model.gguf").path
    reader = gguf.GGUFReader(path, "r+")
    (tensor,) = [t for t in reader.tensors if t.name == "blk.1.ffn_down.weight"]
    tensor.data[37, 5] = request.param
    return path


def test_the_error_names_file_tensor_row_and_remedy(model: Path) -> None:
    engine = Engine(threads=2)
    with pytest.raises(ModelFileError) as caught:
        engine.load(model)
    assert engine.info is None
    for part in ("model.gguf", "blk.1.ffn_down.weight", "a NaN or an infinity", "row 37 of 96"):
        assert part in str(caught.value)
    assert "Fetch it again" in caught.value.hint


@pytest.mark.logs("more than the memory that is free")
def test_a_file_too_large_to_be_read_ahead_is_not_checked_but_never_answers(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "available_memory_bytes", lambda: 1000)
    engine = Engine(threads=2)
    engine.load(model)
    *_, last = engine.generate(Request(prompt="hello"))
    engine.unload()
    assert isinstance(last, Failed)
    assert isinstance(last.error, KernelError)
    assert "not finite" in str(last.error)
