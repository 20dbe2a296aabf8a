# SPDX-License-Identifier: Apache-2.0
"""What is measured of the small models of one architecture."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from gguf import GGMLQuantizationType
from torch import Tensor

from ktdesk.runtime.step import DecodeStep, prefill
from tests.families.features import FEATURES, features
from tests.golden.retyped import write_quantised
from tests.integration import test_quantised_logits as quantised
from tests.integration.test_logits import PREFERRED, TOKENS, build
from tests.logits import whole
from tests.tiny.shared import Tiny

_CHUNKS = (1, 7, 64, len(TOKENS))
_PROMPT = 20


class Measured:
    """The sum over small models. llama_cpp: per weight type, equal tokens, cases, and models."""

    def __init__(self) -> None:
        self.small_models = 0
        self.logits_error = 0.0
        self.llama_cpp = dict.fromkeys(("F32", *quantised.KINDS), (0, 0, 0))
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
            ours = runs[-1].argmax(-1).tolist()
            self._count("F32", [a == b for a, b in zip(PREFERRED[name], ours, strict=True)])
        for kind in quantised.KINDS:
            if theirs := quantised.PREFERRED[kind].get(name):
                self._count(kind, quantised.compared(_preferred(tiny, kind), theirs))

    def _count(self, kind: str, same: list[bool]) -> None:
        equal, cases, models = self.llama_cpp[kind]
        self.llama_cpp[kind] = equal + sum(same), cases + len(same), models + 1


def _runs(tiny: Tiny) -> Iterable[Tensor]:
    """Yield the logits of a decoded rest, then of a prompt in chunks of growing size."""
    model, _ = build(tiny, "cpu_only")
    prefill(model, TOKENS[:_PROMPT], 0)
    step = DecodeStep(model)
    yield torch.cat([whole(step.run([t], i)) for i, t in enumerate(TOKENS[_PROMPT:], _PROMPT)])
    for size in _CHUNKS:
        chunks = [(i, TOKENS[i : i + size]) for i in range(0, len(TOKENS), size)]
        yield torch.cat([prefill(model, chunk, i, outputs=len(chunk)) for i, chunk in chunks])


def _error(actual: Tensor, expected: Tensor) -> float:
    return float((actual - expected).abs().max() / expected.abs().max())


def _preferred(tiny: Tiny, kind: str) -> list[int]:
    """Return the tokens that KTDesk prefers with quantised matrices, copied into memory."""
    path = tiny.path.with_suffix(f".{kind}.gguf")
    write_quantised(tiny.path, path, GGMLQuantizationType[kind])
    return quantised.preferred(path, "auto")
