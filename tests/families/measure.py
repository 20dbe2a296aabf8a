# SPDX-License-Identifier: Apache-2.0
"""What is measured of the small models of one architecture."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from gguf import GGMLQuantizationType
from torch import Tensor

from ktdesk.runtime.step import DecodeStep, prefill
from tests.families.features import FEATURES, features
from tests.golden.exact import write_as
from tests.integration.test_logits import PREFERRED, TOKENS, build
from tests.tiny.shared import Tiny

_CHUNKS = (1, 7, 64, len(TOKENS))
_PROMPT = 20

# What llama.cpp answers with quantised weights, once that is stored.
_ANSWERS = Path(__file__).parents[1] / "golden" / "families.json"
ANSWERS: dict[str, dict[str, Any]] = (
    json.loads(_ANSWERS.read_text("utf-8")) if _ANSWERS.exists() else {}
)


class Measured:
    """The sum over small models. llama_cpp: per weight type, equal tokens, cases, and models."""

    def __init__(self) -> None:
        self.small_models = 0
        self.logits_error = 0.0
        self.llama_cpp = dict.fromkeys(("F32", "Q8_0"), (0, 0, 0))
        self._features: set[str] = set()

    @property
    def features(self) -> tuple[str, ...]:
        """All that any of the models has, in the order of FEATURES."""
        return tuple(name for name in FEATURES if name in self._features)

    def add(self, name: str, tiny: Tiny) -> None:
        """Measure a small model, which has this name among MODELS."""
        expected = tiny.logits(TOKENS)
        runs = list(_runs(tiny))
        self.small_models += 1
        self._features |= features(tiny.path)
        self.logits_error = max(
            self.logits_error, *(_error(run, expected[-len(run) :]) for run in runs)
        )
        if name in PREFERRED:
            self._count("F32", PREFERRED[name], runs[-1].argmax(-1).tolist())
        if "tokens" in (answer := ANSWERS.get(name, {})):
            self._count(answer["type"], answer["tokens"], _likeliest(tiny, answer))

    def _count(self, kind: str, theirs: list[int], ours: list[int]) -> None:
        equal, cases, models = self.llama_cpp.get(kind, (0, 0, 0))
        equal += sum(a == b for a, b in zip(theirs, ours, strict=True))
        self.llama_cpp[kind] = equal, cases + len(theirs), models + 1


def _runs(tiny: Tiny) -> Iterable[Tensor]:
    """Yield the logits of a decoded rest, then of a prompt in chunks of growing size."""
    model, device = build(tiny, "cpu_only")
    prefill(model, TOKENS[:_PROMPT], 0)
    step = DecodeStep(model, device)
    yield torch.stack(
        [step.run([t], i)[0].clone() for i, t in enumerate(TOKENS[_PROMPT:], _PROMPT)]
    )
    for size in _CHUNKS:
        chunks = [(i, TOKENS[i : i + size]) for i in range(0, len(TOKENS), size)]
        yield torch.cat([prefill(model, chunk, i, outputs=len(chunk)) for i, chunk in chunks])


def _error(actual: Tensor, expected: Tensor) -> float:
    return float((actual - expected).abs().max() / expected.abs().max())


def _likeliest(tiny: Tiny, answer: dict[str, Any]) -> list[int]:
    """Return KTDesk's likeliest token wherever llama.cpp's answer has one, given those before."""
    path = tiny.path.with_suffix(".quantized.gguf")
    write_as(tiny.path, path, GGMLQuantizationType[answer["type"]])
    model, _ = build(Tiny(path, None), "cpu_only")
    tokens = [*answer["prompt"], *answer["tokens"]][:-1]
    return prefill(model, tokens, 0, outputs=len(answer["tokens"])).argmax(-1).tolist()
