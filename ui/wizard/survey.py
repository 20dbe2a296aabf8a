# SPDX-License-Identifier: Apache-2.0
"""The slow work of the first steps, off the GUI thread: plans, folders, speeds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.errors import KTDeskError
from ktdesk.hardware import Machine, describe_machine
from ktdesk.hardware.measurements import write_measured
from ktdesk.settings import EngineSettings, Settings

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.planning.known import KnownModel
    from ktdesk.planning.plan import Plan


READING_TOKENS_PER_S = 5.0  # that people read, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a published model would do on a machine. Codes are those of `ktdesk.planning`.

    fit: how well it fits. low, high: tokens per second of an answer. missing_bytes: what does not
    fit into memory. smaller: a kind of file that would fit, saving saved_bytes; '' if none does.
    """

    name: str
    quantization: str
    weights: int
    size_bytes: int
    fit: str
    low: float
    high: float
    missing_bytes: int = 0
    smaller: str = ""
    saved_bytes: int = 0

    @property
    def middle(self) -> float:
        """Tokens per second, between the ends."""
        return (self.low * self.high) ** 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for models. free_bytes: on its disk, 0 if that is not known."""

    folder: Path
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Places:
    """The folders, KTDesk's own first, and the models in them, without the demo.

    fits: how well models fit by their paths, where that is known.
    """

    folders: tuple[Place, ...]
    entries: tuple[LocalModel, ...]
    fits: dict[Path, str]


def estimate(machine: Machine, settings: EngineSettings) -> list[Prospect]:
    """Plan all known models."""
    from ktdesk.planning.known import known_models, plan_known  # with torch
    from ktdesk.planning.this_machine import without_model

    free = without_model(machine)  # of a model that is loaded: another one would replace it
    return [_prospect(model, plan_known(model, free, settings)) for model in known_models()]


def suggestion(prospects: Sequence[Prospect]) -> Prospect | None:
    """Return the model to begin with: the largest that fits and answers as fast as one reads."""
    good = (
        each
        for each in prospects
        if each.fit in ("comfortable", "tight") and each.middle >= READING_TOKENS_PER_S
    )
    return max(good, key=lambda each: each.weights, default=None)


def near_suggestion(prospects: Sequence[Prospect]) -> Sequence[Prospect]:
    """Return the model to begin with, a smaller and a larger one; without it the smallest three.

    prospects: the smallest first. A few are read in a minute, all of them are not.
    """
    good = suggestion(prospects)
    first = max(0, prospects.index(good) - 1) if good else 0
    return prospects[first : first + 3]


def _prospect(model: KnownModel, plan: Plan) -> Prospect:
    speed = plan.decode[0].tokens_per_s
    weights = next((saving for saving in plan.savings if saving.remedy == "weights"), None)
    return Prospect(
        name=model.name,
        quantization=model.quantization,
        weights=model.weights,
        size_bytes=model.size_bytes,
        fit=str(plan.verdict.fit),
        low=speed.low,
        high=speed.high,
        missing_bytes=max((each.missing_bytes for each in plan.verdict.shortages), default=0),
        smaller=weights.value if weights else "",
        saved_bytes=weights.saved_bytes if weights else 0,
    )


def look_at(machine: Machine, settings: Settings) -> Places:
    """Return the folders of the settings with their free space, and the models in them."""
    from ktdesk.library.demo import DEEPSEEK_NAME, LLAMA_NAME  # with what reads model files
    from ktdesk.library.shelf.folders import describe_folders
    from ktdesk.library.shelf.shelf import Shelf

    places = tuple(Place(each.path, each.free_bytes) for each in describe_folders(settings))
    with Shelf.of_settings(settings) as shelf:
        found = shelf.look().models
    kept = tuple(each for each in found if each.path.name not in (DEEPSEEK_NAME, LLAMA_NAME))
    return Places(places, kept, dict(_fits(kept, machine, settings.engine)))


def _fits(
    entries: Sequence[LocalModel], machine: Machine, settings: EngineSettings
) -> Iterator[tuple[Path, str]]:
    from ktdesk.planning.this_machine import plan_here  # with torch

    for entry in entries:
        with contextlib.suppress(KTDeskError):  # what is wrong with it is said when it is loaded
            plan = plan_here(entry.path, settings, machine=machine)
            yield entry.path, str(plan.verdict.fit)


def measure_speeds(folders: Sequence[Path], report: Callable[[str, float], None]) -> None:
    """Measure this machine, and keep it. report: raises Cancelled to stop between probes."""
    from ktdesk.probes.measure import measure  # with torch

    machine = describe_machine(folders)
    write_measured(machine, measure(machine, progress=report))
