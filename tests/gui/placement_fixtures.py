# SPDX-License-Identifier: Apache-2.0
"""Models and machines for tests of the Placement page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Machine
from ktdesk.planning.choices import shipped_texts
from ktdesk.planning.plan import Planner
from ktdesk.planning.record import Outcome
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.unit.planning.machines import card, machine
from ui.placement.opening import Opened
from ui.placement.presenter import PlacementPresenter

Wait = Callable[[Callable[[], bool]], None]


@dataclass
class Workplace:
    """Opens model files as if on a machine; tests may give it another one."""

    machine: Machine = field(default_factory=lambda: machine(64, card()))
    outcomes: tuple[Outcome, ...] = ()

    def open(self, path: Path) -> Opened:
        planner = Planner(Checkpoint.open(path), self.machine, self.outcomes, "key")
        return Opened(planner, shipped_texts(planner.checkpoint.architecture))


def lite(folder: Path) -> Path:
    """Write a file of DeepSeek-V2-Lite's shape, without weights."""
    return write_header(MODELS["DeepSeek-V2-Lite"], folder / "lite.gguf")


def show(presenter: PlacementPresenter, path: Path, wait: Wait) -> None:
    """Show a model's plan, and wait for it."""
    presenter.show_model(path)
    wait(lambda: not presenter.is_reading)
