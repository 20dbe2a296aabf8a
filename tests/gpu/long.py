# SPDX-License-Identifier: Apache-2.0
"""Long prompts and contexts on a card, and what a whole DeepSeek-R1 would take by them.

A model of 61 layers does not fit on most disks, but its layers are alike: two slices that differ by
one layer tell what that layer costs. Of the card's memory a slice gets what the layers that it
lacks would leave.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.dissection import dissect
from ktdesk.runtime.loading import load_model
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


def long_rows(
    placements: Sequence[str], threads: int, vram_bytes: int, most_tokens: int, rates: Rates
) -> Iterator[LongRow]:
    """Yield rows of V2-Lite's slice, of V3's, and of the whole of V3 by its layers.

    vram_bytes: of the card, where experts are on the processor; elsewhere all of it.
    """
    for placement in placements:
        budget = 0 if placement == "gpu_only" else vram_bytes

        def measure(shape: Shape, placement: str = placement, budget: int = budget) -> LongRow:
            row = _measure(shape, placement, threads, budget, most_tokens)
            return _beside_least(row, shape, rates)

        yield measure(SHAPES["v2-lite"])
        slices = [measure(shape) for shape in (SHAPES["v3"], _v3(2, 2), _v3(1, 3))]
        yield from slices
        yield _beside_least(_whole(*slices), _v3(_DENSE, _SPARSE), rates)


def _beside_least(row: LongRow, shape: Shape, rates: Rates) -> LongRow:
    line = Roofline(shape, rates, on_cpu=row.placement != "gpu_only")
    return replace(
        row,
        least_prefill={count: line.prefill_ms(count) for count in row.prefill},
        least_step={count: line.step_ms(count) for count in row.step},
    )


def _v3(dense: int, sparse: int) -> Shape:
    name = f"v3-{dense}-dense-{sparse}-sparse"
    title = f"DeepSeek-V3, {dense} dense and {sparse} sparse layers"
    layers = dense + sparse
    return replace(SHAPES["v3"], name=name, title=title, layers=layers, dense_layers=dense)


def _whole(one: LongRow, more_dense: LongRow, more_sparse: LongRow) -> LongRow:
    """Return all of V3: one slice, and the layers that it lacks at the price of one more each.

    The slice has two sparse layers: the experts of a third one come ahead, as those of most do.
    """
    dense_more, sparse_more = _DENSE - 1, _SPARSE - 2

    def sum_up(base: float, dense: float, sparse: float) -> float:
        return base + dense_more * (dense - base) + sparse_more * (sparse - base)

    def each(field: str) -> dict[int, float]:
        rows = [getattr(row, field) for row in (one, more_dense, more_sparse)]
        return {count: sum_up(*(row[count] for row in rows)) for count in rows[0]}

    held = sum_up(one.gpu_bytes, more_dense.gpu_bytes, more_sparse.gpu_bytes)
    return replace(
        one,
        model="v3, 61 layers, by the slices",
        prefill=each("prefill"),
        step=each("step"),
        gpu_bytes=int(held),
    )


def _measure(
    shape: Shape, placement: str, threads: int, vram_bytes: int, most_tokens: int
) -> LongRow:
    groups = [[count for count in group if count <= most_tokens] for group in PROMPTS]
    rows = [_read(shape, placement, threads, vram_bytes, group) for group in groups if group]
    return replace(
        rows[0],
        prefill={count: row.prefill[count] for row in rows for count in row.prefill},
        step={count: row.step[count] for row in rows for count in row.step},
        gpu_bytes=max(row.gpu_bytes for row in rows),
    )


def _read(
    shape: Shape, placement: str, threads: int, vram_bytes: int, prompts: Sequence[int]
) -> LongRow:
    """Read prompts with the context of the longest."""
    path = model_file(shape)
    context = prompts[-1] + 2 * _STEPS
    budget = _left_for(shape, path, context, vram_bytes)
    loaded = load_model(
        path, placement, context, "f16", threads, lambda progress: None, vram_bytes=budget
    )
    runner = loaded.runner
    ids = random.Random(1).choices(range(VOCABULARY), k=context)
    read_seconds(runner, ids[:512])
    prefill: dict[int, float] = {}
    step: dict[int, float] = {}
    for count in prompts:
        read_seconds(runner, ids[: min(count, _LEARNED_FROM)])
        prefill[count] = 1e3 * read_seconds(runner, ids[:count])
        step[count] = 1e3 / decode_rate(runner, ids, count)
    cards = cards_of(runner)
    held = sum(card.arena.used_bytes for card in cards)
    backend = cards[0].handoff_backend if cards else ""
    return LongRow(shape.name, Path(placement).stem, prefill, step, {}, {}, held, backend)


def _left_for(shape: Shape, path: Path, context_tokens: int, vram_bytes: int) -> int:
    """Return what is left of the card for a slice of V3; of other models there is no more."""
    if not vram_bytes or not shape.name.startswith("v3"):
        return vram_bytes
    anatomy = dissect(Checkpoint.open(path), CacheType.F16)
    layers = CardNeeds.of(anatomy, context_tokens).layers
    dense = (_DENSE - shape.dense_layers) * layers[0].always
    sparse = (_SPARSE - shape.layers + shape.dense_layers) * layers[-1].always
    return vram_bytes - dense - sparse
