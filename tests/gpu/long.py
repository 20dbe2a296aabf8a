# SPDX-License-Identifier: Apache-2.0
"""Long prompts and contexts on a card, and what a whole DeepSeek-R1 would take by them.

A model of 61 layers does not fit on most disks, but its sparse layers are alike: two slices that
differ by some tell what one costs. They are measured in turns, since the memory of a machine that
others use as well is now fast, now slow. Of the card's memory a slice gets what the layers that it
lacks would leave.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.dissection import dissect
from ktdesk.runtime.loading import load_model
from ktdesk.runtime.runner import Runner
from tests.bench.shapes import SHAPES, VOCABULARY, Shape
from tests.bench.synthetic import model_file
from tests.gpu.models import cards_of, decode_rate, read_seconds
from tests.gpu.roofline import Rates, Roofline

# What is read with the same context; a longer one leaves less memory for prompts.
PROMPTS = ((512, 2048, 8192, 32768), (131072,))
_STEPS = 32
# How experts are shared out between card and processor is learned from layer to layer, and pinned
# memory is made when the first chunk of a size comes: of 61 layers few see that, of a slice all.
# So as much of a prompt is read once before.
_LEARNED_FROM = 8192
_DENSE, _SPARSE = 3, 58  # layers of DeepSeek-V3 and R1
# Of the slices. The last layer's experts serve one token of a prompt, and the first one's cannot
# come ahead: what the larger has more are layers such as most are.
_FEW, _MORE = 2, 4
_ROUNDS = 3  # of prompts up to so many tokens; longer ones are read once
_SHORT = 32768


@dataclass(frozen=True, slots=True)
class LongRow:
    """Milliseconds of one model in one placement, by the number of tokens read before.

    prefill: of reading them. step: of one token after them. least: the same two, that the machine's
    rates allow. gpu_bytes: weights, caches and working
    space on the card. backend: the hand-off that was picked.
    """

    model: str
    placement: str
    prefill: dict[int, float]
    step: dict[int, float]
    least_prefill: dict[int, float]
    least_step: dict[int, float]
    gpu_bytes: int
    backend: str


Rows = list[LongRow]


def long_rows(
    placements: Sequence[str], threads: int, vram_bytes: int, most_tokens: int, rates: Rates
) -> Iterator[LongRow]:
    """Yield rows of V2-Lite's slice, of V3's two, and of the whole of V3 by its layers.

    vram_bytes: of the card, where experts are on the processor; elsewhere all of it.
    """
    for placement in placements:
        budget = 0 if placement == "gpu_only" else vram_bytes

        def measure(*shapes: Shape, placement: str = placement, budget: int = budget) -> Rows:
            rows = _measure(shapes, placement, threads, budget, most_tokens)
            return [
                _beside_least(row, shape, rates) for row, shape in zip(rows, shapes, strict=True)
            ]

        yield from measure(SHAPES["v2-lite"])
        few, more = measure(_v3(_FEW), _v3(_MORE))
        yield from (few, more, _beside_least(_whole(few, more), _v3(_SPARSE), rates))


def _beside_least(row: LongRow, shape: Shape, rates: Rates) -> LongRow:
    line = Roofline(shape, rates, on_cpu=row.placement != "gpu_only")
    return replace(
        row,
        least_prefill={count: line.prefill_ms(count) for count in row.prefill},
        least_step={count: line.step_ms(count) for count in row.step},
    )


def _v3(sparse: int) -> Shape:
    name = f"v3-{_DENSE}-dense-{sparse}-sparse"
    title = f"DeepSeek-V3, {_DENSE} dense and {sparse} sparse layers"
    layers = _DENSE + sparse
    return replace(SHAPES["v3"], name=name, title=title, layers=layers, dense_layers=_DENSE)


def _whole(few: LongRow, more: LongRow) -> LongRow:
    """Return all of V3: one slice, and the layers that it lacks at the price of the other's."""
    lacking = (_SPARSE - _FEW) / (_MORE - _FEW)

    def each(field: str) -> dict[int, float]:
        one, other = getattr(few, field), getattr(more, field)
        return {count: one[count] + lacking * (other[count] - one[count]) for count in one}

    return replace(
        few,
        model="v3, 61 layers, by the slices",
        prefill=each("prefill"),
        step=each("step"),
        gpu_bytes=int(few.gpu_bytes + lacking * (more.gpu_bytes - few.gpu_bytes)),
    )


def _measure(
    shapes: Sequence[Shape], placement: str, threads: int, vram_bytes: int, most_tokens: int
) -> Rows:
    groups = [[count for count in group if count <= most_tokens] for group in PROMPTS]
    found = [_read(shapes, placement, threads, vram_bytes, group) for group in groups if group]
    return [_joined(rows) for rows in zip(*found, strict=True)]


def _joined(rows: Sequence[LongRow]) -> LongRow:
    """Return what was measured with several contexts in one row."""
    return replace(
        rows[0],
        prefill={count: row.prefill[count] for row in rows for count in row.prefill},
        step={count: row.step[count] for row in rows for count in row.step},
        gpu_bytes=max(row.gpu_bytes for row in rows),
    )


def _read(
    shapes: Sequence[Shape],
    placement: str,
    threads: int,
    vram_bytes: int,
    prompts: Sequence[int],
) -> Rows:
    """Read prompts with the context of the longest, by models of these shapes in turns."""
    context = prompts[-1] + 2 * _STEPS
    ids = random.Random(1).choices(range(VOCABULARY), k=context)
    runners = [_load(shape, placement, context, threads, vram_bytes) for shape in shapes]
    for runner in runners:
        read_seconds(runner, ids[:512])
    times: list[dict[int, list[tuple[float, float]]]] = [{} for _ in shapes]
    for count in prompts:
        for runner in runners:
            read_seconds(runner, ids[: min(count, _LEARNED_FROM)])
        for _ in range(_ROUNDS if count <= _SHORT else 1):
            for runner, found in zip(runners, times, strict=True):
                prefill = 1e3 * read_seconds(runner, ids[:count])
                step = 1e3 / decode_rate(runner, ids, count)
                found.setdefault(count, []).append((prefill, step))
    parts = zip(shapes, runners, times, strict=True)
    return [_row(shape, placement, runner, found) for shape, runner, found in parts]


def _load(
    shape: Shape, placement: str, context_tokens: int, threads: int, vram_bytes: int
) -> Runner:
    path = model_file(shape)
    budget = _left_for(shape, path, context_tokens, vram_bytes)
    loaded = load_model(
        path, placement, context_tokens, "f16", threads, lambda progress: None, vram_bytes=budget
    )
    return loaded.runner


def _row(
    shape: Shape, placement: str, runner: Runner, times: dict[int, list[tuple[float, float]]]
) -> LongRow:
    """Return the medians of the prompts' and steps' times."""
    medians = {
        count: [statistics.median(kind) for kind in zip(*found, strict=True)]
        for count, found in times.items()
    }
    prefill = {count: both[0] for count, both in medians.items()}
    step = {count: both[1] for count, both in medians.items()}
    cards = cards_of(runner)
    held = sum(card.arena.used_bytes for card in cards)
    backend = cards[0].handoff_backend if cards else ""
    return LongRow(shape.name, Path(placement).stem, prefill, step, {}, {}, held, backend)


def _left_for(shape: Shape, path: Path, context_tokens: int, vram_bytes: int) -> int:
    """Return what is left of the card for a slice of V3; of other models there is no more."""
    if not vram_bytes or not shape.name.startswith("v3"):
        return vram_bytes
    anatomy = dissect(Checkpoint.open(path), CacheType.F16)
    layers = CardNeeds.of(anatomy, context_tokens, memory_bytes=0).layers
    lacking = _SPARSE - (shape.layers - _DENSE)
    return vram_bytes - lacking * layers[-1].always
