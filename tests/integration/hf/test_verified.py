# SPDX-License-Identifier: Apache-2.0
"""No model with wrong bytes is loaded through the face of `transformers` either."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.errors import ModelFileError
from ktdesk.hf import KTModelForCausalLM
from ktdesk.library.shelf.lock_file import write_lock
from tests.tiny.qwen3moe import tiny_qwen3moe
from tests.unit.library.shelf.making import lock_of


def test_wrong_bytes_are_refused(tmp_path: Path) -> None:
    path = tiny_qwen3moe(tmp_path / "model.gguf").path
    KTModelForCausalLM.from_pretrained(path).close()
    write_lock(tmp_path, lock_of({path.name: b"another model"}))
    with pytest.raises(ModelFileError, match="Not as its source has it"):
        KTModelForCausalLM.from_pretrained(path)
