# SPDX-License-Identifier: Apache-2.0
"""Whole models on a card, beside the CPU engine: the same tokens, the same logits, and the time."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.runtime.loading import load_model
from ktdesk.runtime.runner import Runner
from tests.bench.shapes import VOCABULARY
from tests.logits import whole
from tests.prompts import read

PLACEMENTS = ("cpu_only", "one_gpu", "gpu_only")
_PROMPTS = (64, 512, 2048)
_DEPTH = 4096
_STEPS = 32
# Of a quarter of the tokens. The CPU rounds activations to int8, tensor cores take bfloat16: two
# ways from the same exact value, of logits of random weights, small differences of large sums.
# Where experts are about equally good, some tokens get others, and logits that are far apart: of
# many experts, many do, and all that look at their rows, so those are counted, not refused.
LIMIT = 5e-3


@dataclass(frozen=True, slots=True)
class ModelRow:
    """Tokens per second of one model in one placement, and how far its logits are from the CPU's.

    prefill: by number of tokens. decode, deep_decode: after few tokens, and after `_DEPTH`. error:
    NMSE that a quarter of the tokens keep to. moved_tokens: of `_STEPS`, those whose error is ten
    times the limit.
    """

    model: str
    placement: str
    prefill: dict[int, float]
    decode: float
    deep_decode: float
    error: float
    moved_tokens: int
    gpu_bytes: int


def model_rows(
    path: Path, threads: int, vram_bytes: int, placements: Sequence[str] = PLACEMENTS
) -> Iterator[ModelRow]:
    """Yield a row per placement. Logits are compared with those of the first one, the CPU's."""
    expected: Tensor | None = None
    for placement in placements:
        row, logits = _measure(path, placement, threads, vram_bytes)
        expected = logits if expected is None else expected
        errors = (logits - expected).square().sum(-1) / expected.square().sum(-1)
        moved = int((errors > 10 * LIMIT).sum())
        found = {"error": float(errors.quantile(0.25)), "moved_tokens": moved}
        yield ModelRow(**{**asdict(row), **found})


def _measure(path: Path, placement: str, threads: int, vram_bytes: int) -> tuple[ModelRow, Tensor]:
    context = _DEPTH + 2 * _STEPS
    loaded = load_model(
        path, placement, context, "f16", threads, lambda progress: None, vram_bytes=vram_bytes
    )
    runner = loaded.runner
    ids = random.Random(1).choices(range(VOCABULARY), k=context)
    read_seconds(runner, ids[:512])
    prefill = {count: count / read_seconds(runner, ids[:count]) for count in _PROMPTS}
    read_seconds(runner, ids[:16])
    logits = [whole(runner._decode.run([token], 16 + i)) for i, token in enumerate(ids[16:48])]
    decode = decode_rate(runner, ids, 48)
    read_seconds(runner, ids[:_DEPTH])
    deep = decode_rate(runner, ids, _DEPTH)
    used = max((card.arena.used_bytes for card in cards_of(runner)), default=0)
    row = ModelRow(path.stem, Path(placement).stem, prefill, decode, deep, 0.0, 0, used)
    return row, torch.cat(logits)


def cards_of(runner: Runner) -> list[CudaDevice]:
    """Return the cards that a model's layers are on."""
    stages = runner._model._stages.values()
    return [stage.device for stage in stages if isinstance(stage.device, CudaDevice)]


def read_seconds(runner: Runner, ids: list[int]) -> float:
    """Read a prompt with nothing in the cache; return the seconds."""
    start = time.perf_counter()
    read(runner, ids)
    return time.perf_counter() - start


def decode_rate(runner: Runner, ids: list[int], place: int) -> float:
    """Return the tokens per second of some steps from a place on, by their median."""
    runner._decode.run([ids[place]], place)
    seconds = list[float]()
    for i in range(_STEPS):
        start = time.perf_counter()
        runner._decode.run([ids[place + i]], place + i)
        seconds.append(time.perf_counter() - start)
    return 1 / statistics.median(seconds)
