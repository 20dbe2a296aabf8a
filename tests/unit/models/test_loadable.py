# SPDX-License-Identifier: Apache-2.0
"""What loading would refuse is refused from a header alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gguf.constants import GGMLQuantizationType as Type

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.loadable import check_loadable
from ktdesk.models.slots import outline
from tests.bench.shapes import Tensor
from tests.known import header
from tests.known.models import MODELS

MODEL = replace(MODELS["DeepSeek-V2-Lite"], layers=3)
EXPERTS = "blk.1.ffn_up_exps.weight"


def checked(path: Path, monkeypatch: pytest.MonkeyPatch, tensors: list[Tensor]) -> None:
    def written(model: object) -> Iterator[Tensor]:
        return iter(tensors)

    monkeypatch.setattr(header, "tensors", written)
    checkpoint = Checkpoint.open(header.write_header(MODEL, path / "m.gguf"))
    check_loadable(checkpoint, outline(checkpoint))


@pytest.fixture
def tensors() -> list[Tensor]:
    return list(header.tensors(MODEL))


def test_a_whole_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensors: list[Tensor]
) -> None:
    checked(tmp_path, monkeypatch, tensors)
    beyond = Tensor("blk.3.nextn.eh_proj.weight", Type.F32, (4, 4))  # predicts further tokens
    checked(tmp_path, monkeypatch, [*tensors, beyond])


def test_a_tensor_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensors: list[Tensor]
) -> None:
    unknown = Tensor("blk.1.attn_gate.weight", Type.F32, (4, 4))
    with pytest.raises(ModelFileError, match=r"deepseek2 does not use, blk\.1\.attn_gate"):
        checked(tmp_path, monkeypatch, [*tensors, unknown])


@pytest.mark.parametrize("name", [EXPERTS, "blk.2.attn_norm.weight", "blk.0.attn_q.weight"])
def test_a_tensor_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensors: list[Tensor], name: str
) -> None:
    with pytest.raises(ModelFileError, match=f"lacks the tensor {name}"):
        checked(tmp_path, monkeypatch, [t for t in tensors if t.name != name])


def test_a_type_that_nobody_computes_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensors: list[Tensor]
) -> None:
    others = [replace(t, type=Type.Q8_K) if t.name == EXPERTS else t for t in tensors]
    with pytest.raises(ModelFileError, match="has the type Q8_K") as caught:
        checked(tmp_path, monkeypatch, others)
    assert "Q4_K" in caught.value.hint
