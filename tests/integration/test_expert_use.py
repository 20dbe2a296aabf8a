# SPDX-License-Identifier: Apache-2.0
"""Counting experts while answers are written, against the ids that routers give."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.engine import Engine
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.experts import TorchRouter
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.planning.expert_record import read_counts
from ktdesk.runtime.request import Options, Request
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.under_test import gpu_device
from tests.integration.test_learned_speeds import LONG
from tests.tiny import tiny_deepseek, tiny_qwen3moe
from tests.tiny.llama import tiny_llama

PROMPT = [5, 17, 90, 44, 8]
ANSWER = [11, 201, 33, 70, 120, 9, 64]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tiny_qwen3moe(tmp_path / "tiny.gguf").path


def build(path: Path, placement: Placement, *, gpu: bool = False) -> Decoder:
    resources = Resources(Checkpoint.open(path), CpuDevice(2), 64, CacheType.F32)
    if gpu:
        resources.gpus = {0: gpu_device()}
    return build_model(resources, make_plan(resources, placement), lambda share: None)


def expected(path: Path, monkeypatch: pytest.MonkeyPatch, model: Decoder) -> NDArray[np.int64]:
    """Return what plain torch's routers choose for the answer, token by token."""
    counts = np.zeros_like(model.expert_use.counts)
    plain = build(path, Placement.load("reference"))
    prefill(plain, PROMPT, 0)
    chosen: list[Tensor] = []
    forward = TorchRouter.forward

    def noted(self: TorchRouter, logits: Tensor) -> tuple[Tensor, Tensor]:
        ids, weights = forward(self, logits)
        chosen.append(ids)
        return ids, weights

    monkeypatch.setattr(TorchRouter, "forward", noted)
    prefill(plain, ANSWER, len(PROMPT), outputs=len(ANSWER))
    for layer, ids in enumerate(chosen):
        np.add.at(counts[layer], ids.numpy(), 1)
    return counts


@pytest.mark.parametrize("together", [1, 3])
def test_counts_are_the_routers_choices(
    path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    model = build(path, Placement.load("cpu_only"))
    step = DecodeStep(model)
    prefill(model, PROMPT, 0)
    assert not model.expert_use.counts.any()
    for at in range(0, len(ANSWER), together):
        step.run(ANSWER[at : at + together], len(PROMPT) + at)
    assert (model.expert_use.counts == expected(path, monkeypatch, model)).all()


def test_experts_beside_a_gpu_are_counted_where_they_were_handed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build(path, Placement.load("one_gpu"), gpu=True)
    step = DecodeStep(model)
    prefill(model, PROMPT, 0)
    for at, token in enumerate(ANSWER):
        step.run([token], len(PROMPT) + at)
    assert (model.expert_use.counts == expected(path, monkeypatch, model)).all()


def test_those_on_a_card_are_fetched_when_they_are_due(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ktdesk.operators.expert_use._FETCH_S", 0.0)
    model = build(path, Placement.load("gpu_only"), gpu=True)
    step = DecodeStep(model)
    prefill(model, PROMPT, 0)
    for at, token in enumerate(ANSWER):
        step.run([token], len(PROMPT) + at)
    counted = expected(path, monkeypatch, model)
    assert (model.expert_use.counts == counted).all()
    monkeypatch.setattr("ktdesk.operators.expert_use._FETCH_S", 3600.0)
    step.run(ANSWER[:1], len(PROMPT))
    assert (model.expert_use.counts == counted).all()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(threads=2)
    engine.load(tiny_deepseek(tmp_path / "model.gguf").path)
    yield engine
    engine.unload()


def answer(engine: Engine, tokens: int) -> int:
    """Return how many tokens of an answer were in steps, once what it tells is kept."""
    options: Any = Options(max_tokens=tokens, temperature=0, prompt_lookup="off")
    *_, done = engine.generate(Request(prompt=LONG, options=options))
    for thread in threading.enumerate():
        if thread.name == "expert use":
            thread.join()
    read = done.stats.prompt_tokens - done.stats.cached_tokens
    of_prompt = read if read <= STEP_TOKENS else 0  # so few go in steps
    return of_prompt + done.stats.generated_tokens - 1  # the first comes from the prompt


def test_answers_add_to_what_is_kept_of_the_model(engine: Engine) -> None:
    assert engine.info is not None
    path, used = engine.info.path, engine.info.experts_used

    def sums(counts: NDArray[np.int64] | None) -> set[int]:
        assert counts is not None
        return set(counts.sum(1)[1:].tolist())  # the first layer has no experts

    assert read_counts(Checkpoint.open(path)) is None
    steps = answer(engine, 9)
    assert sums(engine.expert_counts()) == {used * steps}
    assert sums(read_counts(Checkpoint.open(path))) == {used * steps}
    steps += answer(engine, 9)
    engine.load(path)
    last = answer(engine, 5)
    assert sums(read_counts(Checkpoint.open(path))) == {used * (steps + last)}
    assert sums(engine.expert_counts()) == {used * last}


def test_a_model_without_experts_has_nothing_to_count(tmp_path: Path) -> None:
    engine = Engine(threads=1)
    engine.load(tiny_llama(tmp_path / "dense.gguf").path)
    answer(engine, 3)
    counts = engine.expert_counts()
    assert counts is not None
    assert counts.size == 0
    engine.unload()
    assert engine.expert_counts() is None


def test_steps_of_several_tokens_go_to_the_same_table() -> None:
    from ktdesk.operators.expert_use import ExpertUse

    use = ExpertUse()
    use.note("layers.1.mlp.experts", torch.tensor([[0, 2]], dtype=torch.int32), 4)
    one = use.of_step()
    use.note("layers.1.mlp.experts", torch.tensor([[0, 3], [3, 1]], dtype=torch.int32), 4)
    two = use.of_step()
    one.count()
    two.count()
    one.count()
    assert use.counts.tolist() == [[0, 0, 0, 0], [3, 1, 2, 2]]
