# SPDX-License-Identifier: Apache-2.0
"""The bytes and operations of known models, against their files' own tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, assign
from ktdesk.planning.dissection import dissect
from ktdesk.planning.modules import Anatomy
from tests.known.models import MODELS
from tests.tiny.gemma3 import tiny_gemma3
from tests.unit.planning.conftest import Known

# What a tensor's name says of its part, in words of llama.cpp's converter.
WORDS = {
    "token_embd": Part.EMBEDDING,
    "_exps": Part.ROUTED,
    "_shexp": Part.SHARED,
    "norm": Part.SMALL,
    "ffn_gate_inp": Part.SMALL,
    "exp_probs": Part.SMALL,
    "attn_": Part.ATTENTION,
    "ffn_": Part.DENSE,
    "output": Part.HEAD,
}
# Billions of parameters, and of those that a token uses, as the models' makers publish them.
PUBLISHED = {
    "DeepSeek-R1": (671, 37),
    "Kimi-K2": (1026, 32),
    "DeepSeek-V2.5": (236, 21),
    "DeepSeek-V2-Lite": (15.7, 2.4),
    "Moonlight-16B-A3B": (16, 3),
    "Qwen3-30B-A3B": (30.5, 3.3),
    "Qwen3-235B-A22B": (235, 22),
    "GLM-4.5": (355, 32),
    "GLM-4.5-Air": (106, 12),
    "gpt-oss-20b": (20.9, 3.6),
    "gpt-oss-120b": (116.8, 5.1),
}


@pytest.fixture(params=sorted(MODELS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def anatomy(known: Known, name: str) -> Anatomy:
    return dissect(known(name), CacheType.F16)


def part_of(tensor: str) -> Part:
    return next(part for word, part in WORDS.items() if word in tensor)


def test_bytes_by_part_are_those_of_the_files_table(
    known: Known, name: str, anatomy: Anatomy
) -> None:
    expected = dict.fromkeys(Part, 0)
    for tensor in GGUFReader(known(name).path).tensors:
        expected[part_of(tensor.name)] += int(tensor.n_bytes)
    assert {part: anatomy.bytes_of(part) for part in Part} == expected


def test_parameters_are_those_that_the_makers_publish(name: str, anatomy: Anatomy) -> None:
    total, active = PUBLISHED[name]
    assert anatomy.weights / 1e9 == pytest.approx(total, rel=0.01)
    # Two operations per weight. Makers differ in whether embeddings count as used.
    used = sum(module.operations for module in anatomy.modules) / 2e9
    embedding = sum(module.weights for module in anatomy.of(Part.EMBEDDING)) / 1e9
    assert used - 0.1 * active <= active <= 1.1 * used + embedding


@pytest.mark.parametrize(
    ("name", "values"),
    [("DeepSeek-R1", 61 * 576), ("Qwen3-30B-A3B", 48 * 1024), ("gpt-oss-120b", 36 * 1024)],
)
def test_caches_keep_latents_or_keys_and_values(anatomy: Anatomy, values: int) -> None:
    assert anatomy.cache_bytes(32768) == 32768 * values * 2


def test_what_does_most_per_byte_is_attention_and_last_come_routed_experts(
    name: str, anatomy: Anatomy
) -> None:
    least = {
        part: min(module.intensity(4096) for module in anatomy.of(part))
        for part in (Part.SHARED, Part.DENSE, Part.HEAD)
        if anatomy.bytes_of(part)
    }
    routed = max(module.intensity(4096) for module in anatomy.of(Part.ROUTED))
    assert min(least.values()) > 4 * routed
    if MODELS[name].architecture == "deepseek2":
        attend = [m for m in anatomy.of(Part.ATTENTION) if m.row_bytes]
        assert min(module.intensity(4096) for module in attend) > max(least.values())


def test_a_tied_head_counts_once(tmp_path: Path) -> None:
    path = tiny_gemma3(tmp_path / "tied.gguf").path
    tied = dissect(Checkpoint.open(path), CacheType.F16)
    table = {tensor.name: int(tensor.n_bytes) for tensor in GGUFReader(path).tensors}
    assert tied.size_bytes == sum(table.values())
    assert tied.bytes_of(Part.HEAD) == table["token_embd.weight"]


@pytest.mark.parametrize(
    ("rules", "copies"),
    [
        ("{match: '**', use: '*.cpu'}", 1),
        ("{match: '**', use: '*.cuda'}", 2),
        ("{match: lm_head, use: linear.cpu, with: {quantization: q4_0}}", 1 + 18 / 128),
    ],
)
def test_a_tied_head_elsewhere_than_the_embeddings_is_a_copy(
    tmp_path: Path, rules: str, copies: float
) -> None:
    path = tiny_gemma3(tmp_path / "tied.gguf").path
    anatomy = dissect(Checkpoint.open(path), CacheType.F16)
    every = "{match: '**', use: '*.cpu'}"
    lines = [rules] if "'**'" in rules else [rules, every]
    placement = Placement.parse("test", "rules:\n" + "".join(f"- {line}\n" for line in lines))
    found = assign(anatomy, placement)
    sizes = {part: sum(each.module.size_bytes for each in found.placed if each.module.part is part)
             for part in (Part.EMBEDDING, Part.HEAD)}  # fmt: skip
    size = anatomy.bytes_of(Part.HEAD)
    assert sum(sizes.values()) == copies * size
    assert found.weight_bytes(CPU) >= size  # where rows are looked up


@pytest.mark.parametrize("factor", [0.4, 0.99, 1.0, 1.8])
def test_another_quantisation_is_as_large_as_it_should_be(anatomy: Anatomy, factor: float) -> None:
    other = anatomy.scaled(factor)
    assert other.size_bytes == pytest.approx(factor * anatomy.size_bytes, rel=1e-6)
    assert other.weights == anatomy.weights
    assert other.cache_bytes(4096) == anatomy.cache_bytes(4096)
    experts = (anatomy.bytes_of(Part.ROUTED), other.bytes_of(Part.ROUTED))
    assert other.expert_bytes / anatomy.expert_bytes == pytest.approx(
        experts[1] / experts[0], rel=1e-5
    )
    attention = other.bytes_of(Part.ATTENTION) / anatomy.bytes_of(Part.ATTENTION)
    assert attention == pytest.approx(max(1.0, factor), rel=1e-5)
