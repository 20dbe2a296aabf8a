# SPDX-License-Identifier: Apache-2.0
"""Prompts whose routed experts are computed by the CPU, by the GPU, or by both at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.expert_ring import Ahead, ExpertParts, ExpertRing
from ktdesk.models.decoder import Decoder
from ktdesk.operators import host_experts, streamed_experts
from ktdesk.operators.expert_split import Speeds
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.operators.streaming import Streaming
from ktdesk.runtime.step import prefill
from tests.compare import assert_close
from tests.golden.retyped import write_quantised
from tests.gpu.logits import LIMIT, REASON, build, open_resources
from tests.tiny import Tiny, deepseek2, gpt_oss, llama4, qwen3moe, tiny_qwen3moe
from tests.untied import untied_tokens

# With biases, with weights of what goes in, with and without experts that all tokens use.
MODELS = {
    name: variant
    for module in (deepseek2, gpt_oss, llama4, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def expected(tiny: Tiny) -> Tensor:
    return logits_on_cpu(tiny.path, untied_tokens(tiny.path))


def logits_on_cpu(path: Path, tokens: list[int]) -> Tensor:
    model = build(open_resources(path), Placement.load("cpu_only"))
    return prefill(model, tokens, 0, outputs=len(tokens)).clone()


class FixedSpeeds(Speeds):
    """Speeds that are not measured. worked: the sides that had something to do."""

    def __init__(self, cpu_token_s: float, stream_s: float) -> None:
        super().__init__(cpu_token_s, stream_s, cpu_token_s, stream_s)
        self.worked: set[str] = set()

    def learn_cpu(
        self, counts: NDArray[np.int64], expert_bytes: int, seconds: float, *, alone: bool = False
    ) -> None:
        del counts, expert_bytes, seconds, alone
        self.worked.add("cpu")

    def learn_stream(
        self, experts: int, expert_bytes: int, seconds: float, *, alone: bool = False
    ) -> None:
        del experts, expert_bytes, seconds, alone
        self.worked.add("gpu")


# Seconds per byte: for a token on the CPU, and for the way to the GPU.
SPLITS = {
    "cpu": (1e-3, 1.0),
    "gpu": (1.0, 1e-3),
    "cpu gpu": (1.0, 40.0),  # an expert costs as much as two with 4 tokens
}


def run(resources: Resources, split: str, times: int = 1) -> list[Tensor]:
    """Return the logits of a prompt whose experts are computed by the sides that `split` names."""
    model = build(resources, Placement.load("one_gpu"))
    speeds = resources.streaming[0].speeds = FixedSpeeds(*SPLITS[split])
    tokens = untied_tokens(resources.checkpoint.path)
    logits = [prefill(model, tokens, 0, outputs=len(tokens)).clone() for _ in range(times)]
    assert speeds.worked == set(split.split())
    return logits


@pytest.mark.parametrize("split", SPLITS)
def test_a_prompt(tiny: Tiny, expected: Tensor, split: str) -> None:
    first, second = run(open_resources(tiny.path), split, times=2)
    assert_close(first, expected, LIMIT, REASON)
    assert torch.equal(first, second), "a split gives the same sums each time"


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0", "Q5_1"])
def test_experts_come_as_they_are_in_the_file(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From mapped files through the ring; from where they were copied to, without a detour."""
    pinned, pin = list[bool](), CudaDevice.pin

    def noted(device: CudaDevice, values: NDArray[np.uint8]) -> object | None:
        found = pin(device, values)
        pinned.append(found is not None)
        return found

    monkeypatch.setattr(CudaDevice, "pin", noted)
    source, path = tmp_path / "source.gguf", tmp_path / "model.gguf"
    write_quantised(tiny_qwen3moe(source).path, path, gguf.GGMLQuantizationType[kind])
    mapped, copied = open_resources(path), open_resources(path)
    copied.copied = frozenset(copied.checkpoint.tensors)
    assert torch.equal(*run(copied, "gpu"), *run(mapped, "gpu"))
    assert len(pinned) == 3 * mapped.checkpoint.count("qwen3moe.block_count")
    assert all(pinned), "those that were copied, and no others"
    assert copied.streaming[0].ring.stored.numel() > 0, "rows are interleaved at home"


def test_more_tokens_than_are_multiplied_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_qwen3moe(tmp_path / "model.gguf").path
    (whole,) = run(open_resources(path), "gpu")
    monkeypatch.setattr(streamed_experts, "_MOST_TOKENS", 5)
    (in_pieces,) = run(open_resources(path), "gpu")
    assert_close(in_pieces, whole, LIMIT, REASON)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Of each layer that experts are brought for: how many are ahead, of it and of the next."""
    found = list[tuple[int, int]]()
    bringing = ExpertRing.bringing

    def noted(
        ring: ExpertRing, experts: list[ExpertParts], then: Ahead
    ) -> AbstractContextManager[Iterator[Tensor]]:
        found.append((len(ring.ahead.parts), len(then.parts)))
        return bringing(ring, experts, then)

    monkeypatch.setattr(ExpertRing, "bringing", noted)
    return found


def model_that_streams(path: Path) -> tuple[Decoder, Streaming]:
    """Return a model that has all experts of prompts computed by the GPU."""
    resources = open_resources(path)
    model = build(resources, Placement.load("one_gpu"))
    streaming = resources.streaming[0]
    streaming.speeds = FixedSpeeds(*SPLITS["gpu"])
    return model, streaming


@pytest.mark.parametrize("tokens", [list(range(3, 40)), [7] * 12], ids=["many", "few used"])
def test_the_next_layers_experts_come_ahead(
    tmp_path: Path, ways: list[tuple[int, int]], tokens: list[int]
) -> None:
    """Also those that no token of the prompt uses, which are left out then."""
    path = tiny_qwen3moe(tmp_path / "model.gguf").path
    model, streaming = model_that_streams(path)
    logits = prefill(model, tokens, 0, outputs=len(tokens))
    assert_close(logits, logits_on_cpu(path, tokens), LIMIT, REASON)
    slots = streaming.ring.slots
    assert ways == [(0, slots), (slots, slots), (slots, 0)], "of three layers"


def test_what_is_ahead_is_used_where_the_cpu_computes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[tuple[int, int]]
) -> None:
    path = tiny_qwen3moe(tmp_path / "model.gguf").path
    tokens, layer = untied_tokens(path), count()
    model, streaming = model_that_streams(path)

    def choose(
        counts: NDArray[np.int64], size: int, speeds: Speeds, ahead: list[int]
    ) -> NDArray[np.int64]:
        del size, speeds
        used = np.flatnonzero(counts)
        return used if next(layer) == 0 else used[np.isin(used, ahead)]

    monkeypatch.setattr(host_experts, "choose_streamed", choose)
    logits = prefill(model, tokens, 0, outputs=len(tokens))
    assert_close(logits, logits_on_cpu(path, tokens), LIMIT, REASON)
    assert ways == [(0, streaming.ring.slots), (streaming.ring.slots, 0), (0, 0)]


def test_prompts_that_are_left_halfway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of them is taken for the next one's, wherever it happens."""
    path = tiny_qwen3moe(tmp_path / "model.gguf").path
    model, _ = model_that_streams(path)
    tokens = untied_tokens(path)
    whole = prefill(model, tokens, 0, outputs=len(tokens)).clone()
    for moment in range(0, 24, 3):
        calls = count()

        def leave(cpu: CpuDevice, calls: Iterator[int] = calls, moment: int = moment) -> None:
            del cpu
            if next(calls) == moment:
                raise InterruptedError

        with monkeypatch.context() as patch:
            patch.setattr(CpuDevice, "check_left", leave)
            with pytest.raises(InterruptedError):
                prefill(model, tokens, 0, outputs=len(tokens))
        assert torch.equal(prefill(model, tokens, 0, outputs=len(tokens)), whole), moment
