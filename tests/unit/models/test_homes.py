# SPDX-License-Identifier: Apache-2.0
"""Which weights are copied into memory."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import WeightType
from ktdesk.kernels.cpu import interleaved_bytes
from ktdesk.models.homes import choose_copies

PLENTY = 1 << 40
DENSE, SPARSE = "blk.0.attn_q.weight", "blk.0.ffn_up_exps.weight"
QUANTIZED = gguf.GGMLQuantizationType.Q8_0


def write(path: Path, *, head: bool = True) -> Checkpoint:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("output_norm.weight", np.ones(64, np.float32))
    shapes = {SPARSE: (4, 32, 64), DENSE: (64, 64), "token_embd.weight": (48, 64)}
    odd = {"blk.0.ffn_gate_inp.weight": (3, 64)}  # not a multiple of sixteen rows
    for name, shape in (shapes | odd | ({"output.weight": (48, 64)} if head else {})).items():
        blocks = gguf.quants.quantize(np.ones(shape, np.float32), QUANTIZED)
        writer.add_tensor(name, blocks, raw_dtype=QUANTIZED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return Checkpoint.open(path)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return write(tmp_path_factory.mktemp("homes") / "model.gguf")


def size(checkpoint: Checkpoint, name: str) -> int:
    return interleaved_bytes(checkpoint.weight(name))


def test_all_that_are_multiplied_by_are_copied_where_there_is_room(checkpoint: Checkpoint) -> None:
    assert choose_copies(checkpoint, "auto", PLENTY, {}) == {DENSE, SPARSE, "output.weight"}


def test_an_embedding_that_is_also_the_head_is_copied(tmp_path: Path) -> None:
    tied = write(tmp_path / "tied.gguf", head=False)
    assert choose_copies(tied, "auto", PLENTY, {}) == {DENSE, SPARSE, "token_embd.weight"}


def test_nothing_is_copied_where_that_is_asked_for_or_nothing_fits(checkpoint: Checkpoint) -> None:
    assert choose_copies(checkpoint, "mapped", PLENTY, {}) == frozenset()
    assert choose_copies(checkpoint, "auto", 100, {}) == frozenset()


def test_routed_experts_come_last(checkpoint: Checkpoint) -> None:
    dense = size(checkpoint, DENSE) + size(checkpoint, "output.weight")
    some = choose_copies(checkpoint, "auto", 2 * dense, {})
    assert some == {DENSE, "output.weight"}
    assert dense < 0.9 * 2 * dense < dense + size(checkpoint, SPARSE)  # it would not all fit


def test_weights_of_another_type_take_the_memory_of_that(checkpoint: Checkpoint) -> None:
    everything = {DENSE, SPARSE, "output.weight"}
    smaller = dict.fromkeys(everything, WeightType.Q4_0)
    room = sum(size(checkpoint, name) for name in everything)
    assert choose_copies(checkpoint, "auto", int(0.6 * room / 0.9), {}) != everything
    assert choose_copies(checkpoint, "auto", int(0.6 * room / 0.9), smaller) == everything


def test_weights_that_are_in_memory_anyway_leave_less_for_copies(checkpoint: Checkpoint) -> None:
    grouped = {SPARSE: WeightType.Q4_G64}
    dense = size(checkpoint, DENSE) + size(checkpoint, "output.weight")
    experts = 4 * 32 * WeightType.Q4_G64.row_bytes(64)
    assert choose_copies(checkpoint, "auto", 2 * dense + experts, grouped) == {
        DENSE,
        "output.weight",
    }
    assert choose_copies(checkpoint, "auto", experts, grouped) == frozenset()
