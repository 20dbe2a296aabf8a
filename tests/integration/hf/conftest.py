# SPDX-License-Identifier: Apache-2.0
"""A small model of each kind of attention, in the engine and in `transformers`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ktdesk.hf import KTModelForCausalLM, KTTokenizer
from tests.tiny import Tiny, tiny_deepseek, tiny_qwen3moe

TEXT = "The river has two voices"
BATCH = [TEXT, "he", "In spring it speaks loudly"]


@pytest.fixture(scope="session", params=[tiny_qwen3moe, tiny_deepseek], ids=["qwen3moe", "mla"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return request.param(tmp_path_factory.mktemp("hf") / "model.gguf")


@pytest.fixture(scope="session")
def model(tiny: Tiny) -> Iterator[KTModelForCausalLM]:
    model = KTModelForCausalLM.from_pretrained(
        tiny.path, threads=2, cache_type="f32", placement="cpu_only"
    )
    yield model
    model.close()


@pytest.fixture(scope="session")
def tokenizer(tiny: Tiny) -> KTTokenizer:
    return KTTokenizer.from_pretrained(tiny.path)
