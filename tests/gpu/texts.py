# SPDX-License-Identifier: Apache-2.0
"""Greedy texts on a card beside those of the CPU engine, place by place.

The card reads the CPU's text, so that one turn does not make all that follows another text; tiny
models read one whose experts are not tied. Where
its likeliest token is another one, the two must be tied: the CPU's logits for them no further
apart than roundings may move them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from ktdesk.runtime.loading import load_model
from tests.logits import whole
from tests.prompts import read
from tests.untied import untied_tokens

TOKENS = 256
_PROMPT = list(range(3, 35))
# Of a token's logits' standard deviation. CPU and card round activations in their own ways, to
# 2^-9 at worst in some ten products: a hundredth of the logits' spread, and some deviations of it.
TIE = 0.05


@dataclass(frozen=True, slots=True)
class TextRow:
    """How a placement's greedy text compares with the CPU's.

    turned: places where the card's likeliest token is another one. widest: the largest gap there
    between the CPU's logits of the two, in standard deviations; `TIE` is allowed.
    """

    model: str
    placement: str
    tokens: int
    turned: list[int]
    widest: float

    @property
    def is_right(self) -> bool:
        """Whether all that differs is tied."""
        return self.widest <= TIE


def text_rows(demo: Path | None, threads: int, vram_bytes: int) -> Iterator[TextRow]:
    """Yield a row per model, tiny ones and the demo model, and placement with a GPU."""
    with TemporaryDirectory() as folder:
        for path in _models(Path(folder), demo):
            is_tiny = path != demo
            prompt, text = _tiny_text(path) if is_tiny else (_PROMPT, [])
            load = partial(_Reading, path, prompt, threads=threads, vram_bytes=vram_bytes)
            expected = load("cpu_only").read(text) if is_tiny else load("cpu_only").write()
            text = text or expected.argmax(-1).tolist()
            for placement in ("one_gpu", "gpu_only"):
                logits = load(placement).read(text)
                yield _compare(path.stem, placement, expected, logits)


def _tiny_text(path: Path) -> tuple[list[int], list[int]]:
    """Return a prompt and a text: a greedy one would come to experts that are tied."""
    tokens = untied_tokens(path, len(_PROMPT) + TOKENS)
    return tokens[: len(_PROMPT)], tokens[len(_PROMPT) :]


def _models(folder: Path, demo: Path | None) -> Iterator[Path]:
    from tests.tiny import tiny_deepseek, tiny_qwen3moe

    yield tiny_deepseek(folder / "tiny-deepseek2.gguf").path
    yield tiny_qwen3moe(folder / "tiny-qwen3moe.gguf").path
    if demo:
        yield demo


def _compare(model: str, placement: str, expected: Tensor, logits: Tensor) -> TextRow:
    best, found = expected.argmax(-1, keepdim=True), logits.argmax(-1, keepdim=True)
    gaps = (expected.gather(-1, best) - expected.gather(-1, found)) / expected.std(-1, keepdim=True)
    turned = (best != found).flatten().nonzero().flatten().tolist()
    if not logits.isfinite().all():
        return TextRow(model, placement, len(logits), turned, float("inf"))
    return TextRow(model, placement, len(logits), turned, float(gaps.max()))


class _Reading:
    """A model that has read the prompt; then a captured step per token."""

    def __init__(
        self, path: Path, prompt: list[int], placement: str, *, threads: int, vram_bytes: int
    ) -> None:
        context = len(prompt) + TOKENS
        loaded = load_model(
            path, placement, context, "f16", threads, lambda progress: None, vram_bytes=vram_bytes
        )
        self._runner = loaded.runner
        self._first = whole([read(self._runner, prompt)])[0]

    def write(self) -> Tensor:
        """Return the logits [TOKENS, V] that each token of the greedy text is the likeliest of."""
        rows = [self._first]
        while len(rows) < TOKENS:
            rows.append(self._after(int(rows[-1].argmax()), len(rows)))
        return torch.stack(rows)

    def read(self, text: list[int]) -> Tensor:
        """Return the logits [TOKENS, V] at each place of a text."""
        rows = [self._after(token, 1 + i) for i, token in enumerate(text[:-1])]
        return torch.stack([self._first, *rows])

    def _after(self, token: int, count: int) -> Tensor:
        return whole(self._runner._decode.run([token], len(_PROMPT) + count - 1))[0]
