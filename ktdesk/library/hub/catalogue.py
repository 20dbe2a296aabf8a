# SPDX-License-Identifier: Apache-2.0
"""Models that are known to be worth it, with their verdict here before anything is asked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ktdesk.hardware import Machine
from ktdesk.planning.known import KnownModel, known_models, plan_known
from ktdesk.planning.plan import Plan
from ktdesk.settings import EngineSettings

_TABLE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model. repositories: 'owner/name' at Hugging Face and its mirrors, the best first.

    shape: its dimensions, as of a file in `shape.quantization`.
    """

    title: str
    maker: str
    licence: str
    repositories: tuple[str, ...]
    shape: KnownModel

    def plan(self, machine: Machine, settings: EngineSettings) -> Plan:
        """Plan it in the quantisation of its shape, as the settings would load it."""
        return plan_known(self.shape, machine, settings)


def read_catalogue() -> tuple[CatalogueEntry, ...]:
    """Return the entries, the smallest first."""
    shapes = {shape.name: shape for shape in known_models()}
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return tuple(
        CatalogueEntry(
            title=entry["title"],
            maker=entry["maker"],
            licence=entry["licence"],
            repositories=tuple(entry["repositories"]),
            shape=shapes[entry["shape"]],
        )
        for entry in table["model"]
    )
