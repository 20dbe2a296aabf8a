# SPDX-License-Identifier: Apache-2.0
"""Placements of a model side by side: speed, memory, and how far their logits are apart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ktdesk.bench.last import Spread
from ktdesk.bench.measuring import Measured, measure
from ktdesk.bench.one import Sizes
from ktdesk.cli.answer import quietly
from ktdesk.cli.loaded_model import model_lines
from ktdesk.cli.model_choice import load_model, verify_model
from ktdesk.cli.perplexity import SAMPLE
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.engine import Engine
from ktdesk.errors import Cancelled, format_bytes
from ktdesk.hardware.gpus import find_gpus
from ktdesk.runtime.model_info import ModelInfo, model_json
from ktdesk.settings import EngineSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ktdesk.runtime.divergence import Divergence

    Logits = list[NDArray[np.float32]]

COMPARED_TOKENS = 128  # of a page that comes with KTDesk

NOTES = f"""\
Speeds: the median (and ends) of all runs, after one to warm up. Memory: what the program took more
with the model, pages of its file included; card memory: what was free less. Divergence, in nats: of
the probabilities from those of the first placement (Kullback and Leibler), for {COMPARED_TOKENS}
tokens of a text, computed one by one as answers are. Same choice: for how many tokens both hold the
same one the likeliest."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was measured of a placement. divergence: None for the first one."""

    name: str
    info: ModelInfo
    threads: int
    load_s: float
    measured: Measured
    memory_bytes: int
    card_bytes: int
    divergence: Divergence | None

    def json(self) -> dict[str, Any]:
        """Return it as it stands in JSON."""
        figures = {name: asdict(spread) for name, spread in self.measured.spreads().items()}
        return figures | {
            "placement": self.name,
            "model": model_json(self.info, self.threads),
            "runs": len(self.measured.stats),
            "load_s": self.load_s,
            "memory_bytes": self.memory_bytes,
            "card_bytes": self.card_bytes,
            "divergence": asdict(self.divergence) if self.divergence else None,
        }


def compare(
    program: Program,
    path: Path,
    settings: EngineSettings,
    placements: Sequence[str],
    sizes: Sizes,
) -> list[Compared]:
    """Measure each placement, one model in memory at a time. sizes: as `measure` takes them.

    Raises KTDeskError, before any is loaded, for rules that do not fit the model.
    """
    from ktdesk.planning.this_machine import plan_here

    for placement in placements:
        plan_here(path, settings, placement)
    verify_model(program, path)  # the first time; that is no part of loading
    found: list[Compared] = []
    first: Logits | None = None
    for placement in placements:
        memory, cards = _memory_bytes(), _free_card_bytes()
        start = time.monotonic()
        engine = load_model(program, path, settings, placement=placement)
        load_s = time.monotonic() - start
        assert engine.info is not None
        measured = measure(engine, quietly(program.terminal), **sizes)
        memory, cards = _memory_bytes() - memory, cards - _free_card_bytes()
        logits = _logits(program, engine)
        changed = _divergence(first, logits) if first else None
        first = first or logits
        found.append(
            Compared(
                placement, engine.info, engine.threads, load_s, measured, memory, cards, changed
            )
        )
        engine.unload()
    return found


def comparison_lines(compared: Sequence[Compared]) -> list[str]:
    """Return what all have in common, and a table with a column for each."""
    model, _ = model_lines(compared[0].info, compared[0].threads)
    figures = [each.measured.spreads() for each in compared]
    rows = [
        ("", [Path(each.name).stem for each in compared]),
        ("prefill, tokens/s", [_spread(each["prefill_tokens_per_s"], 1) for each in figures]),
        ("decode, tokens/s", [_spread(each["decode_tokens_per_s"], 1) for each in figures]),
        ("first token, s", [_spread(each["first_token_s"], 3) for each in figures]),
        ("load, s", [f"{each.load_s:.2f}" for each in compared]),
        ("memory", [format_bytes(max(0, each.memory_bytes)) for each in compared]),
        ("card memory", [format_bytes(max(0, each.card_bytes)) for each in compared]),
        ("divergence, mean", [f"{d.mean_nats:.2e}" if d else "-" for d in _changes(compared)]),
        ("divergence, most", [f"{d.most_nats:.2e}" if d else "-" for d in _changes(compared)]),
        ("same choice", [f"{d.same_top:.1%}" if d else "-" for d in _changes(compared)]),
    ]
    columns = 2 + max(len(cell) for _, cells in rows for cell in cells)
    table = [f"{name:20}" + "".join(f"{c:>{columns}}" for c in cells) for name, cells in rows]
    runs = f"{len(compared[0].measured.stats)} runs each"
    return [model, runs, "", *(line.rstrip() for line in table), "", NOTES]


def _changes(compared: Iterable[Compared]) -> list[Divergence | None]:
    return [each.divergence for each in compared]


def _spread(spread: Spread, digits: int) -> str:
    median, low, high = (f"{v:.{digits}f}" for v in (spread.median, spread.low, spread.high))
    return f"{median} ({low} to {high})"


def _logits(program: Program, engine: Engine) -> Logits:
    """Return the logits for some tokens of a text. Ctrl+C ends it: Cancelled."""
    found: Logits = []
    stopped = threading.Event()
    with on_interrupt(stopped.set):
        for logits in engine.text_logits(SAMPLE.read_text("utf-8")):
            if stopped.is_set():
                raise Cancelled
            found.append(logits)
            program.terminal.progress("Comparing logits", len(found) / COMPARED_TOKENS)
            if len(found) == COMPARED_TOKENS:
                break
    program.terminal.clear_progress()
    return found


def _divergence(first: Logits, other: Logits) -> Divergence:
    from ktdesk.runtime.divergence import divergence

    return divergence(first, other)


def _memory_bytes() -> int:
    return psutil.Process().memory_info().rss


def _free_card_bytes() -> int:
    return sum(gpu.free_bytes for gpu in find_gpus().gpus)
