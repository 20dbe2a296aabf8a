# SPDX-License-Identifier: Apache-2.0
"""Answers from the emulated GPU: tokens are chosen from the few logits that come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.cuda_logits import CudaLogits
from ktdesk.devices.logits import TokenLogits
from ktdesk.engine import Engine
from ktdesk.runtime import loading
from ktdesk.runtime.request import Done, Options, Request, Token
from tests.gpu.under_test import gpu_device
from tests.tiny import VOCABULARY, tiny_qwen3moe

PLAIN: dict[str, Any] = {"max_tokens": 6, "seed": 4, "prompt_lookup": "off"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(threads=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "open_gpus", lambda cards, budget_bytes: {0: gpu_device()})
        path = tiny_qwen3moe(tmp_path_factory.mktemp("tiny") / "model.gguf").path
        engine.load(path, placement="gpu_only")
    yield engine
    engine.unload()


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list to which the bytes of all logits go that are read after a token."""
    sizes, read = list[int](), CudaDevice.read

    def spied(device: CudaDevice, tensor: Tensor, host: Tensor | None = None) -> Tensor:
        if tensor.shape == (VOCABULARY,):
            sizes.append(tensor.nbytes)
        return read(device, tensor, host)

    monkeypatch.setattr(CudaDevice, "read", spied)
    return sizes


def answer(engine: Engine, options: dict[str, Any]) -> list[int | None]:
    request = Request(prompt="hello", options=Options(**PLAIN | options))
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return [event.id for event in events if isinstance(event, Token)]


@pytest.mark.parametrize(
    ("options", "fetches_all"),
    [
        ({"temperature": 0.0}, False),
        ({"temperature": 2.0, "top_k": 40, "top_p": 1.0, "min_p": 0.0}, False),
        ({"temperature": 2.0, "repetition_penalty": 1.3}, False),
        ({"temperature": 2.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}, True),
        ({"temperature": 0.0, "logit_bias": {300: 1.0}}, True),
    ],
    ids=str,
)
def test_logits_come_back_where_they_are_needed(
    engine: Engine,
    fetched: list[int],
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    fetches_all: bool,
) -> None:
    chosen = answer(engine, options)
    needed = fetched.copy()
    fetched.clear()
    get = CudaLogits.get

    def without_lists(logits: CudaLogits) -> list[TokenLogits]:
        return [TokenLogits(token.whole) for token in get(logits)]

    monkeypatch.setattr(CudaLogits, "get", without_lists)
    assert answer(engine, options) == chosen
    assert fetched
    assert needed == (fetched if fetches_all else [])
