# SPDX-License-Identifier: Apache-2.0
"""Reading what a plan needs: slow enough for a thread of its own, and with torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktdesk.planning.plan import Planner


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that can be planned. texts: of the placements for it that KTDesk has, by name."""

    planner: Planner
    texts: dict[str, str]


def open_here(path: Path) -> Opened:
    """Open a file's model for this machine, as it is now. Raises ModelFileError."""
    from ktdesk.planning.choices import shipped_texts
    from ktdesk.planning.this_machine import open_planner

    planner = open_planner(path)
    return Opened(planner, shipped_texts(planner.checkpoint.architecture))
