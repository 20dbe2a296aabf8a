# SPDX-License-Identifier: Apache-2.0
"""Several requests in the same steps of a GPU, with its experts on the CPU or on the card."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import ktdesk.runtime.loading as loading
from ktdesk.devices.cuda import CudaDevice
from ktdesk.engine import Engine
from ktdesk.runtime.request import Done, Options, Request, Token
from tests.gpu.under_test import gpu_device
from tests.tiny import tiny_deepseek

OPTIONS = Options(temperature=0.0, max_tokens=5)
PROMPTS = ("once upon", "the quick", "9876")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("tiny") / "model.gguf").path


@pytest.fixture(scope="module")
def some_on_card(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a placement with some experts on the card and the others on the CPU."""
    path = tmp_path_factory.mktemp("placements") / "some_on_card.yaml"
    rule = "{match: '**', use: experts.host, with: {resident: [1, 4-6]}}"
    path.write_text(f"extends: one_gpu\nrules: [{rule}]\n", encoding="utf-8")
    return str(path)


@pytest.fixture(params=("gpu_only", "one_gpu", "some_on_card"))
def engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, model: Path, some_on_card: str
) -> Iterator[Engine]:
    def open_gpus(cards: object, budget_bytes: int) -> dict[int, CudaDevice]:
        return {0: gpu_device()}

    monkeypatch.setattr(loading, "open_gpus", open_gpus)
    engine = Engine(threads=2)
    placement = some_on_card if request.param == "some_on_card" else request.param
    engine.load(model, placement=placement, kept_bytes=0)
    yield engine
    engine.unload()


def ask(engine: Engine, prompt: str) -> tuple[list[int], Done]:
    *events, last = engine.generate(Request(prompt=prompt, options=OPTIONS))
    assert isinstance(last, Done), last
    return [event.id for event in events if isinstance(event, Token)], last


def test_each_answer_is_that_of_one_alone(engine: Engine) -> None:
    expected = [ask(engine, prompt)[0] for prompt in PROMPTS]
    found: dict[str, tuple[list[int], Done]] = {}

    def keep(prompt: str) -> None:
        found[prompt] = ask(engine, prompt)

    threads = [threading.Thread(target=keep, args=(prompt,)) for prompt in PROMPTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [found[prompt][0] for prompt in PROMPTS] == expected
    assert max(done.stats.together for _, done in found.values()) > 1
